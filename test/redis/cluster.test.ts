import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import { closeRedis, connectRedis, mastersOf } from "../../src/base/redis.ts";
import { examine } from "../../src/bus/doctor/examine.ts";
import { parseOptions } from "../../src/bus/options.ts";
import { vaultOf } from "../../src/bus/vault.ts";
import { createBus, defineSubscriber, defineTopic, pii } from "../../src/index.ts";
import { keyStore } from "../../src/server/key-store.ts";
import { removeKeys } from "../../src/testing/redis-keys.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { redisConsents } from "../../src/workers/redis-consents.ts";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import { systemClock } from "../../src/base/clock.ts";
import { type RedisCluster, startCluster } from "../support/cluster.ts";
import { observed, orderPlaced, receipt, receiptEmail, recordingProvider } from "../support/line.ts";

const folder = mkdtempSync(join(tmpdir(), "busbar-cluster-"));
const prefix = "cluster";
let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster({ folder });
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

const newsPublished = defineTopic("news.published", z.object({ readers: z.int() }));
const news = defineSubscriber(newsPublished, {
  name: "news",
  deliver: ({ email }) => [
    email({
      audience: async ({ data }) => ({ recipients: Array.from({ length: data.readers }, (_, index) => ({ to: `r${index}@example.com` })) }),
      template: receiptEmail,
      data: () => ({ orderId: "news" }),
    }),
  ],
});

function newBus(answer?: Parameters<typeof recordingProvider>[0]) {
  const { provider, sends } = recordingProvider(answer);
  const options = {
    application: "test",
    topics: { orderPlaced, newsPublished },
    subscribers: [receipt, news],
    redis: cluster.url,
    prefix,
    partitions: 4,
    durability: "replicated",
    channels: { email: { from: "shop@example.com", providers: [provider], rateLimit: { max: 1_000, per: "1s" } } },
    send: { live: true },
  } as const;
  return { bus: createBus(options), settings: parseOptions(options as never), sends };
}

const order = (orderId: string, email = "asha@example.com") => ({ orderId, email });

describe("on a Cluster of six", () => {
  it("E6: an event goes its whole way, is traced, found, mended, replayed and accounted for, whatever slots its keys lie in", async () => {
    const refused = new Set(["Order A-3"]);
    const { bus, settings, sends } = newBus(({ message }) =>
      refused.has(message.subject) ? { kind: "reject", reason: "no such address" } : { kind: "sent", messageId: `m ${message.subject}` },
    );
    await bus.start();

    const [sent, dead] = [observed(bus, "sent", 11), observed(bus, "dead")];
    const published = await Promise.all(
      Array.from({ length: 12 }, (_, index) => bus.publishEvent.orderPlaced(order(`A-${index}`), { idempotencyKey: `order A-${index}` })),
    );
    expect(new Set(published.map(({ durability }) => durability))).toEqual(new Set(["replicated"]));
    expect(await bus.publishEvent.orderPlaced(order("A-0"), { idempotencyKey: "order A-0" })).toMatchObject({
      repeated: true,
      durability: "replicated",
    });
    const deliveries = (await sent).map(({ delivery }) => delivery);
    const [lost] = await dead;
    expect(new Set(sends.map(({ message }) => message.subject)).size).toBe(12);

    // Looking: by the event's id, its delivery's, its key, and a value that it holds.
    const trace = await bus.inspect.trace(published[0]!.id);
    expect(trace).toMatchObject({ subscribers: [{ name: "receipt", state: "routed", deliveries: [{ state: "sent" }] }] });
    expect(await bus.inspect.trace("order A-0")).toEqual(trace);
    expect((await bus.inspect.search({ value: "A-7" })).events.map(({ event }) => event.id)).toEqual([published[7]!.id]);
    expect((await bus.stats()).redis).toMatchObject({ version: cluster.version, keys: expect.any(Number) });

    // Mending.
    refused.clear();
    expect(await bus.deadLetters.groups({ topic: "order.placed" })).toMatchObject({
      total: 1,
      groups: [{ sample: { id: lost!.delivery.id } }],
    });
    const mended = observed(bus, "sent");
    expect(await bus.deadLetters.redrive([lost!.delivery.id])).toMatchObject({ redriven: [lost!.delivery.id] });
    await mended;
    const waiting = observed(bus, "routed");
    await bus.publishEvent.orderPlaced(order("A-later"), { delay: "1h" });
    const [{ planned } = { planned: [] }] = await waiting;
    expect(await bus.deliveries.cancel(planned[0]!.id)).toMatchObject({ cancelled: true });

    // An audience, whose pages fill a queue of another slot.
    const toReaders = observed(bus, "sent", 30);
    await bus.publishEvent.newsPublished({ readers: 30 });
    await toReaders;

    // Addresses, wishes and statuses.
    await bus.suppressions.add({ channel: "email", address: "asha@example.com", reason: "asked by phone" });
    const suppressed = observed(bus, "suppressed");
    await bus.publishEvent.orderPlaced(order("A-suppressed"));
    await suppressed;
    expect(await bus.suppressions.release({ channel: "email", address: "asha@example.com" })).toHaveLength(1);
    const redis = connectRedis({ url: cluster.url, use: "command", name: "test", logger: silentLogger });
    const consents = redisConsents(redis, { prefix, application: "test", clock: systemClock });
    const wish = { kind: "consent", eventId: "w-1", provider: "busbar", wish: "out", said: "page" } as const;
    expect(await consents.apply({ ...wish, channel: "email", address: "ravi@example.com" })).toBe("applied");
    const report = { status: "delivered", provider: "recorder", at: Date.now(), messageId: "m" } as const;
    expect(await redisLedger(redis, prefix).report(deliveries[0]!, report)).toBeDefined();

    const until = new Date(Date.now() + 1_000).toISOString();
    const again = await bus.replay({
      topics: "order.placed",
      subscribers: "receipt",
      from: new Date(Date.now() - 60_000).toISOString(),
      to: until,
    });
    expect(again).toMatchObject({ events: 14, planned: 14, sent: 12 });

    const keys = keyStore({ redis: cluster.url, prefix, application: "test" }, silentLogger);
    const { key } = await keys.keys.create({ name: "shop", scopes: ["read"], rate: "5/1m" } as never, Date.now());
    expect(await keys.limits.take({ ...key, rate: { max: 1, per: 60_000 } })).toMatchObject({ allowed: true });
    expect(await keys.limits.take({ ...key, rate: { max: 1, per: 60_000 } })).toMatchObject({ allowed: false });
    await keys.close();

    // One subscriber, held up, moved in each of its logs, and going on.
    const sendsBefore = sends.length;
    await bus.subscribers.pause("receipt");
    expect(await bus.subscribers.seek("receipt", { to: "beginning" })).toMatchObject({ again: 14, skipped: 0, moved: true });
    const routedAgain = observed(bus, "routed", 14);
    await bus.subscribers.resume("receipt");
    await routedAgain;
    expect(await bus.subscribers.drain("receipt")).toEqual({ pending: 0 });
    expect(sends).toHaveLength(sendsBefore);

    const found = await examine({ settings, durability: "replicated", bus });
    expect(found.filter(({ level }) => level === "error")).toEqual([]);
    expect(found.find(({ about }) => about === "keys")).toMatchObject({ level: "ok" });
    await bus.stop();

    // Keys lie on every master, and each of them is found.
    const held = await Promise.all((await mastersOf(redis)).map((master) => master.dbsize()));
    expect(held).toHaveLength(3);
    expect(held.every((count) => count > 0)).toBe(true);
    await closeRedis(redis);
    expect(await removeKeys(cluster.url, prefix)).toEqual([]);
  });

  it("keeps keys of persons in all of its slots: what they seal is read by another process, and one that is destroyed opens nothing", async () => {
    const subject = "customerId";
    const parcelSent = defineTopic("parcel.sent", z.object({ customerId: z.string(), name: pii(z.string(), { subject }) }));
    const options = { application: "test", topics: { parcelSent }, redis: cluster.url, prefix, keys: [newKey("one")] } as const;
    const [publisher, reader] = [createBus(options), createBus(options)];
    const { indexSecret, keys } = parseOptions(options as never);
    const redis = connectRedis({ url: cluster.url, use: "command", name: "subjects", logger: silentLogger });
    const { subjects } = vaultOf({ prefix, indexSecret, keys }, [], () => redis);
    try {
      const customers = Array.from({ length: 30 }, (_, index) => `c-${index}`);
      expect(new Set(customers.map((id) => subjects.hashOf(id).slice(0, 2))).size).toBeGreaterThan(20);
      const ids = (
        await publisher.publish.batch(
          "parcel.sent",
          customers.map((customerId) => ({ customerId, name: `N ${customerId}` })),
        )
      ).map(({ id }) => id);
      await subjects.destroy(subjects.hashOf("c-7"));
      const seen = await Promise.all(ids.map((id) => reader.inspect.event(id, { showPii: {} })));
      expect(seen.map((event) => (event!.data as { name: string }).name)).toEqual(
        customers.map((id) => (id === "c-7" ? "[erased]" : `N ${id}`)),
      );
    } finally {
      await Promise.all([publisher.stop(), reader.stop(), closeRedis(redis)]);
    }
  });
});
