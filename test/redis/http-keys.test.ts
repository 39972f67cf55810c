import { Redis } from "ioredis";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { keyCheck } from "../../src/server/key-check.ts";
import type { Server } from "../../src/server/server.ts";
import { type Answer, ask, httpDoor, post } from "../support/http.ts";
import { testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const bus = line.bus({ url, prefix });
const door = httpDoor({ redis: url, prefix, application: "test" });
const order = { orderId: "K-1", email: "asha@example.com" };
let server: Server;

beforeAll(async () => {
  server = await door.serve({ bus });
});

const publish = (key: string | undefined, at: string = server.url): Promise<Answer> =>
  post(`${at}/v1/topics/order.placed/events`, { key, body: order });

describe("API keys", () => {
  it("none is 401, and says how one is sent", async () => {
    const { status, headers, body } = await publish(undefined);
    expect([status, headers["www-authenticate"]]).toEqual([401, 'Bearer realm="busbar"']);
    expect(body.detail).toContain("Authorization: Bearer");
  });

  it.each([
    ["text that is no key", "hello"],
    ["a key that does not exist", `bb_aaaaaaaaaa_${"x".repeat(43)}`],
    ["a key that is too long", `bb_aaaaaaaaaa_${"x".repeat(5_000)}`],
  ])("%s is 401, and is not repeated", async (_, text) => {
    const { status, body } = await publish(text);
    expect(status).toBe(401);
    expect(JSON.stringify(body)).not.toContain("xxx");
  });

  it("the id of a key with another secret is 401, in the words of an unknown key", async () => {
    const key = await door.key();
    const wrong = await publish(`${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`);
    expect([wrong.status, wrong.body.detail]).toEqual([401, expect.stringContaining("mistyped, revoked, or of another service")]);
    expect((await publish(key)).status).toBe(202);
  });

  it("another scheme than Bearer is 401", async () => {
    const answer = await post(`${server.url}/v1/events`, { headers: { authorization: "Basic dXNlcjpwYXNz" }, body: {} });
    expect(answer.status).toBe(401);
  });

  it("a scope that is missing is 403 and named, with those that the key has", async () => {
    const { status, body } = await publish(await door.key({ name: "reports", scopes: ["publish:report.*", "read"] }));
    expect(status).toBe(403);
    expect(body.detail).toBe('This needs the scope "publish:order.placed"; the API key "reports" has publish:report.*, read.');
  });

  it("a scope with a wildcard publishes what it names, and no more", async () => {
    const key = await door.key({ scopes: ["publish:order.*"] });
    expect((await publish(key)).status).toBe(202);
    expect((await post(`${server.url}/v1/topics/user.registered/events`, { key, body: {} })).status).toBe(403);
  });

  it("a CloudEvent of a topic that the key may not publish is 403, in a batch by its index", async () => {
    const key = await door.key({ scopes: ["publish:report.*"] });
    const event = { specversion: "1.0", id: "k-1", source: "/x", type: "order.placed", data: order };
    const one = await post(`${server.url}/v1/events`, { key, body: event, headers: { "content-type": "application/cloudevents+json" } });
    expect(one.status).toBe(403);
    const many = await post(`${server.url}/v1/events`, {
      key,
      body: [event],
      headers: { "content-type": "application/cloudevents-batch+json" },
    });
    expect([many.status, many.body.results[0].problem.status]).toEqual([207, 403]);
  });

  it("an expired key is 401 and says since when", async () => {
    const { text } = await door.keys.create({ name: "old", scopes: ["admin"], expires: "1s" }, Date.now() - 5_000);
    const { status, body } = await publish(text);
    expect([status, body.detail]).toEqual([401, expect.stringMatching(/The API key "old" \(bb_\w+_…\) expired at 20/)]);
  });

  it("two keys are valid side by side, so that one can take the other's place", async () => {
    const [old, next] = [await door.key({ name: "shop" }), await door.key({ name: "shop" })];
    expect([(await publish(old)).status, (await publish(next)).status]).toEqual([202, 202]);
    await door.keys.revoke(old.split("_")[1]!);
    expect((await publish(next)).status).toBe(202);
  });

  it("the rate limit of a key holds over all processes: 429 with when to come again", async () => {
    const key = await door.key({ name: "busy", scopes: ["publish:*"], rate: "3/1m" });
    const other = await door.serve({ bus });
    const first = await publish(key);
    expect(first.headers).toMatchObject({ "ratelimit-limit": "3", "ratelimit-remaining": "2", "ratelimit-reset": "60" });
    expect([(await publish(key, other.url)).status, (await publish(key)).status]).toEqual([202, 202]);
    const { status, headers, body } = await publish(key, other.url);
    expect([status, headers["ratelimit-remaining"], body.code]).toEqual([429, "0", "RATE_LIMITED"]);
    expect(Number(headers["retry-after"])).toBeGreaterThan(50);
    expect((await publish(await door.key())).status).toBe(202);
  });

  it("E2: too many requests without a valid key from one address are 429, and its valid keys go on", async () => {
    const besieged = await door.serve({ bus });
    const statuses: number[] = [];
    const wrong = `bb_aaaaaaaaaa_${"y".repeat(43)}`;
    for (let tried = 0; tried < 31; tried++) statuses.push((await publish(tried % 2 === 0 ? undefined : wrong, besieged.url)).status);
    expect([statuses[0], statuses[29], statuses[30]]).toEqual([401, 401, 429]);
    expect((await publish(await door.key(), besieged.url)).status).toBe(202);
  });

  it("without keys where nothing asks for them; a key that is sent along must be valid all the same", async () => {
    const open = await door.serve({ bus, open: true });
    expect((await publish(undefined, open.url)).status).toBe(202);
    expect((await publish("bb_wrong", open.url)).status).toBe(401);
  });

  it("Redis holds a hash and never the key; the keys in Redis are those of the layout's page", async () => {
    const { text, key } = await door.keys.create({ name: "kept", scopes: ["read"], rate: "5/1s" }, Date.now());
    expect(text).toMatch(/^bb_[a-z2-7]{10}_[\w-]{43}$/);
    await publish(text);
    const redis = new Redis(url);
    onTestFinished(() => redis.disconnect());
    const record = await redis.hget(`${prefix}:test:api-keys`, key.id);
    expect(record).not.toContain(text.slice(14));
    expect(JSON.parse(record!)).toMatchObject({ name: "kept", scopes: ["read"], rate: { max: 5, per: 1_000 }, digest: expect.any(String) });
    await expect.poll(async () => redis.hget(`${prefix}:test:api-keys-used`, key.id)).toMatch(/^\d+0000$/);
    expect(await redis.pttl(`${prefix}:test:api-rate:${key.id}`)).toBeGreaterThan(0);
  });

  it.each([
    ["no scope", { scopes: [] }, "at least one scope"],
    ["a scope that does not exist", { scopes: ["write"] }, 'the scope "write" is not known'],
    ["publish without topics", { scopes: ["publish"] }, "publish:order.*"],
    ["no name", { name: "" }, "the name says who holds the key"],
    ["a name that acts on a terminal", { name: "a\u001b[2J" }, "the name says who holds the key"],
    ["a rate without a time", { rate: "100" }, "100/1s"],
    ["a rate of parts of a second", { rate: "1/10ms" }, "100/1s"],
    ["an end that is no time", { expires: "soon" }, "such as 90d"],
  ])("is not made with %s", async (_, request, problem) => {
    await expect(door.key(request)).rejects.toMatchObject({ code: "INVALID_CONFIGURATION", message: expect.stringContaining(problem) });
  });

  it("one that Redis holds in a form that nobody reads opens nothing, is listed and can be revoked", async () => {
    const redis = new Redis(url);
    onTestFinished(() => redis.disconnect());
    await redis.hset(`${prefix}:test:api-keys`, "broken2345", "{");
    expect((await publish(`bb_broken2345_${"z".repeat(43)}`)).status).toBe(401);
    expect(await door.keys.list()).toContainEqual(expect.objectContaining({ id: "broken2345", name: "(unreadable)" }));
    expect(await door.keys.revoke("broken2345")).toBe(true);
    expect(await door.keys.revoke("broken2345")).toBe(false);
  });
});

describe("a verified key", () => {
  it("is looked up once in five seconds, so a revoked one dies within that time, and an expired one at once", async () => {
    let now = 1_700_000_000_000;
    const clock: Clock = { now: () => now };
    const { text, key } = await door.keys.create({ name: "trusted", scopes: ["read"], expires: "4s" }, now);
    const lasting = await door.keys.create({ name: "lasting", scopes: ["read"] }, now);
    let lookUps = 0;
    const find = (id: string) => {
      lookUps += 1;
      return door.keys.find(id);
    };
    const check = keyCheck({ keys: { find, used: door.keys.used }, clock });
    await Promise.all([check(`Bearer ${lasting.text}`), check(`Bearer ${lasting.text}`)]);
    await check(`bearer ${text}`);
    expect(lookUps).toBe(2);
    await door.keys.revoke(lasting.key.id);
    now += 4_999;
    await expect(check(`Bearer ${lasting.text}`)).resolves.toMatchObject({ name: "lasting" });
    await expect(check(`Bearer ${text}`)).rejects.toThrow(/expired/);
    now += 1;
    await expect(check(`Bearer ${lasting.text}`)).rejects.toThrow(/revoked/);
    expect(key.id).toHaveLength(10);
  });
});

describe("where others can reach the server", () => {
  const empty = httpDoor({ redis: url, prefix, application: "empty" });

  it("a server does not start before there is a key, and names the command", async () => {
    await expect(empty.serve({ bus, host: "0.0.0.0" })).rejects.toMatchObject({
      code: "INVALID_CONFIGURATION",
      message: expect.stringContaining("busbar keys create"),
    });
    await empty.keys.create({ name: "old", scopes: ["read"], expires: "1s" }, Date.now() - 5_000);
    await expect(empty.serve({ bus, host: "0.0.0.0" })).rejects.toThrow("busbar keys create");
  });

  it("none starts that asks for no keys", async () => {
    await expect(door.serve({ bus, host: "0.0.0.0", open: true })).rejects.toThrow(/asks for no keys/);
  });

  it("answers to any name, its page and inbox are not served, and probes are free", async () => {
    const key = await door.key({ scopes: ["publish:*"] });
    const { url: address } = await door.serve({ bus, host: "0.0.0.0" });
    const at = address.replace("0.0.0.0", "127.0.0.1");
    const headers = { host: "busbar.internal:4000" };
    expect((await post(`${at}/v1/topics/order.placed/events`, { key, headers, body: order })).status).toBe(202);
    expect((await post(`${at}/v1/topics/order.placed/events`, { headers, body: order })).status).toBe(401);
    expect((await ask(`${at}/healthz`, { headers })).status).toBe(200);
    // Providers have no key: their signature says who they are.
    expect(await post(`${at}/callbacks/sendgrid`, { headers, body: [] })).toMatchObject({
      status: 403,
      body: { code: "CALLBACK_REFUSED" },
    });
    for (const path of ["/", "/feed", "/messages/1"])
      expect(await ask(`${at}${path}`, { headers })).toMatchObject({
        status: 404,
        body: { detail: expect.stringContaining("on loopback only") },
      });
  });
});

describe("the log", () => {
  it("says who changed what, and why", async () => {
    const lines: object[] = [];
    const logger = { ...silentLogger, info: (fields: object, message: string) => void lines.push({ ...fields, message }) };
    const { url: address } = await door.serve({ bus, logger });
    const key = await door.key({ name: "on-call", scopes: ["operate", "read"] });
    const headers = { "x-request-id": "r-1" };
    const paused = await post(`${address}/v1/channels/email/pause`, { key, headers, body: { reason: "provider down" } });
    expect([paused.status, paused.headers["x-request-id"]]).toEqual([200, "r-1"]);
    expect((await post(`${address}/v1/channels/email/resume`, { key })).status).toBe(200);
    expect((await ask(`${address}/v1/channels`, { key })).status).toBe(200);
    const message = "somebody changed something through the API";
    expect(lines).toMatchObject([
      { actor: "on-call", reason: "provider down", verb: "POST /v1/channels/:name/pause", name: "email", request: "r-1", message },
      { actor: "on-call", verb: "POST /v1/channels/:name/resume", name: "email", request: expect.any(String), message },
    ]);
  });
});

describe("on loopback", () => {
  it.each([
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page of another port of this machine", { origin: "http://127.0.0.1:3000" }],
    ["a page in a frame without an origin", { origin: "null" }],
    ["a form of another site, as a browser names it", { "sec-fetch-site": "cross-site" }],
  ])("%s is refused, with a key and where none is asked for", async (_, headers) => {
    const open = await door.serve({ bus, open: true });
    const asked = { headers, body: order };
    expect(await post(`${open.url}/v1/topics/order.placed/events`, asked)).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN_ORIGIN" },
    });
    expect((await post(`${server.url}/v1/topics/order.placed/events`, { ...asked, key: await door.key() })).status).toBe(403);
  });

  it("the server's own page may send", async () => {
    const open = await door.serve({ bus, open: true });
    const headers = { origin: open.url, "sec-fetch-site": "same-origin" };
    expect((await post(`${open.url}/v1/topics/order.placed/events`, { headers, body: order })).status).toBe(202);
  });
});
