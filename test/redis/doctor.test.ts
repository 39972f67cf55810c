import { createServer } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTlsServer } from "node:tls";
import type { Server } from "node:net";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { type Logger, silentLogger } from "../../src/base/logger.ts";
import type { Diagnosis } from "../../src/bus/doctor/diagnosis.ts";
import { examine } from "../../src/bus/doctor/examine.ts";
import { tryRedis } from "../../src/bus/doctor/redis-connection.ts";
import { createBus, defineSubscriber } from "../../src/index.ts";
import { loopbackCertificate } from "../support/loopback-certificate.ts";
import { observed, orderPlaced, receipt, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const settings = { redis: url, prefix, partitions: 1, publishDeadline: 2_000, application: "test", keys: [], indexSecret: undefined };

async function addressOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

async function verdict(address: string): Promise<Diagnosis> {
  const tried = await tryRedis(address, prefix);
  if ("level" in tried) return tried;
  tried.redis.disconnect();
  throw new Error("there is a connection");
}

describe("D6: the connection test", () => {
  let admin: Redis;
  beforeAll(() => {
    admin = new Redis(inject("redisUrl"));
  });
  afterAll(async () => {
    await admin.call("ACL", "DELUSER", `${prefix}-reader`);
    admin.disconnect();
  });

  it("tells a port that asks for TLS from one that does not", async () => {
    const withTls = createTlsServer(loopbackCertificate, (socket) => socket.resume()).on("tlsClientError", () => undefined);
    expect(await verdict(`redis://${await addressOf(withTls)}`)).toMatchObject({ message: expect.stringMatching(/asks for TLS/) });
    const { host } = new URL(url);
    expect(await verdict(`rediss://${host}`)).toMatchObject({ message: expect.stringMatching(/does not speak TLS/) });
  });

  it("names a certificate that is not trusted", async () => {
    const withTls = createTlsServer(loopbackCertificate).on("tlsClientError", () => undefined);
    const { message } = await verdict(`rediss://${await addressOf(withTls)}`);
    expect(message).toMatch(/certificate .* is not trusted \(\w+\)/);
  });

  it("tells what is no Redis, what is not there, and what says nothing", async () => {
    const web = createHttpServer((_, response) => response.end());
    const dumb = createServer((socket) => socket.resume());
    expect((await verdict(`redis://${await addressOf(web)}`)).message).toMatch(/no Redis/);
    expect((await verdict("redis://127.0.0.1:1")).message).toMatch(/Nothing listens/);
    expect((await verdict(`redis://${await addressOf(dumb)}`)).message).toMatch(/does not answer/);
  });

  it("tells a wrong password from a user that may not do enough, and repeats no password", async () => {
    await admin.call("ACL", "SETUSER", `${prefix}-reader`, "on", ">pass-word", "~*", "+@connection", "+get");
    const { host } = new URL(url);
    const wrong = await verdict(`redis://${prefix}-reader:pass-wrong@${host}`);
    expect(wrong.message).toMatch(/refuses the user or the password/);
    expect(JSON.stringify(wrong)).not.toContain("pass-wrong");
    expect((await verdict(`redis://${prefix}-reader:pass-word@${host}`)).message).toMatch(/may not do what busbar needs/);
  });
});

describe("the doctor", () => {
  it("finds nothing wrong with work that is done, and names what is left undone", async () => {
    const { provider } = recordingProvider(() => ({ kind: "reject", reason: "refused" }));
    const former = defineSubscriber(orderPlaced, {
      name: "former",
      filter: { orderId: ["none"] },
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    });
    const yesterday = line.bus({ url, prefix, provider, subscribers: [receipt, former] });
    const dead = observed(yesterday, "dead");
    await yesterday.start();
    await yesterday.publishEvent.orderPlaced({ orderId: "A-1", email: "a@example.com" });
    await dead;
    await yesterday.stop();

    const bus = line.bus({ url, prefix });
    await bus.start({ only: ["router"] });
    const routed = observed(bus, "routed");
    await bus.publishEvent.orderPlaced({ orderId: "A-2", email: "a@example.com" });
    await routed;
    const found = await examine({ settings, durability: "memory", bus });
    const at = (about: string): Diagnosis | undefined => found.find((each) => each.about === about);
    expect(at("connection")?.level).toBe("ok");
    expect(at("clock")?.level).toBe("ok");
    expect(at("workers")).toMatchObject({ level: "error", message: expect.stringContaining("email (1)") });
    expect(at("groups")).toMatchObject({ level: "warning", message: expect.stringContaining("test.former reads order.placed") });
    expect(at("dead letters")).toMatchObject({ level: "warning", message: expect.stringContaining("email 1") });
    expect([at("logs")?.level, at("subscribers")?.level]).toEqual(["ok", "ok"]);
    expect(at("idle commands")?.message).toMatch(/\d+ routers? .* a month/);
    expect(JSON.stringify(found)).not.toContain("a@example.com");
  });

  it("and the log of a process that connects tell that others hash search values with another secret", async () => {
    const own = `${prefix}-secrets`;
    const indexSecret = "at-least-32-characters-of-a-secret";
    const said: string[] = [];
    const warn = (_fields: object, message: string): void => void said.push(message);
    const logger: Logger = { ...silentLogger, warn, child: () => logger };
    const made = (more: object) => createBus({ application: "shop", topics: { orderPlaced }, redis: url, prefix: own, logger, ...more });
    const buses = [made({ indexSecret }), made({ indexSecret }), made({})];
    onTestFinished(async () => void (await Promise.all(buses.map((bus) => bus.stop()))));
    const order = { orderId: "A-1", email: "a@example.com" };
    const about = async (secret: string | undefined): Promise<Diagnosis[]> =>
      (await examine({ settings: { ...settings, prefix: own, indexSecret: secret }, durability: "memory", bus: buses[0]! })).filter(
        (each) => each.about === "index secret",
      );
    for (const bus of buses.slice(0, 2)) await bus.publishEvent.orderPlaced(order);
    expect(await about(indexSecret)).toEqual([]);
    expect(said.join()).not.toContain("another secret");
    await buses[2]!.publishEvent.orderPlaced(order);
    await vi.waitFor(() => expect(said.join()).toMatch(/another secret than by a process .* indexSecret: process\.env\.INDEX_SECRET/));
    for (const secret of [indexSecret, undefined])
      expect(await about(secret)).toMatchObject([
        { level: "warning", message: expect.stringContaining("neither finds nor erases") as string },
      ]);
    const admin = new Redis(url);
    onTestFinished(() => admin.disconnect());
    const stored = await admin.hgetall(`${own}:index-secrets`);
    expect(JSON.stringify(stored)).not.toContain("characters");
    for (const field of Object.keys(stored)) await admin.hset(`${own}:index-secrets`, field, Date.now() - 8 * 86_400_000);
    expect(await about(undefined)).toEqual([]);
  });

  it("looks at Redis although the application cannot be loaded", async () => {
    const found = await examine({ settings, durability: undefined, bus: undefined });
    expect(found.map(({ about }) => about)).toEqual(["connection", "version", "eviction", "persistence", "memory", "clock", "keys"]);
  });
});
