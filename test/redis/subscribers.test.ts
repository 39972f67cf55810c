import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { createBus, defineSubscriber, defineTopic, type Subscriber } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed, orderPlaced, receipt, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;
const order = (orderId: string) => ({ orderId, email: "asha@example.com" });
const orders = (count: number) => Array.from({ length: count }, (_, index) => order(`A-${index}`));
const orderShipped = defineTopic("order.shipped", z.object({ orderId: z.string() }));
const packing = defineSubscriber(orderPlaced, {
  name: "packing",
  deliver: ({ handler }) => [handler({ handle: async () => undefined })],
});
const promptMs = 2_000;

interface NewBus {
  readonly prefix: string;
  readonly subscribers?: readonly Subscriber[];
  readonly provider?: ReturnType<typeof recordingProvider>["provider"];
  readonly profile?: "economy";
}

const newBus = ({ prefix, subscribers = [receipt, packing], provider = recordingProvider().provider, profile }: NewBus) =>
  kept(() =>
    createBus({
      application: "test",
      topics: { orderPlaced, orderShipped },
      subscribers,
      redis: url,
      prefix,
      ...(profile === undefined ? {} : { profile }),
      channels: { email: { from: "shop@example.com", rateLimit: false, providers: [provider] } },
      send: { live: true },
    }),
  );
type TestBus = ReturnType<typeof newBus>;
const standingOf = async (bus: TestBus, name: string) => (await bus.subscribers.list()).find((one) => one.name === name)!;
const allRead = async (bus: TestBus, name: string): Promise<void> => {
  const left = async () => (({ lag, pending }) => lag + pending)(await standingOf(bus, name));
  await expect.poll(left, { interval: 10 }).toBe(0);
};
const problemOf = (work: Promise<unknown>) =>
  work.then(String, (error: { code: string; message: string }) => `${error.code} ${error.message}`);

describe("a lost place", () => {
  // The first test of the file: all connections that wait for a bell are this bus' own.
  it("is mended when Redis is there again after a router had lost it", async () => {
    const prefix = newPrefix();
    const bus = newBus({ prefix, subscribers: [packing] });
    await bus.start();
    await redis.xgroup("SETID", `${prefix}:{0}:log:order.placed`, "test.packing", `${Date.now() + 3_600_000}-0`);
    const [told, routed] = [observed(bus, "dataLoss", 2), observed(bus, "routed", 1)];
    const { username } = new URL(url);
    const bells = async (): Promise<string[]> => {
      const clients = ((await redis.client("LIST")) as string).split("\n").filter((line) => line.includes(` user=${username} `));
      return clients.filter((line) => / name=busbar-bell .* cmd=xread /.test(line)).map((line) => /^id=(\d+)/.exec(line)![1]!);
    };
    await expect.poll(async () => (await bells()).length, { interval: 10 }).toBeGreaterThan(0);
    for (const id of await bells()) await redis.client("KILL", "ID", id);
    expect((await told).map(({ kind }) => kind)).toEqual(["ids", "ahead"]);
    await bus.publishEvent.orderPlaced(order("A-1"));
    expect((await routed)[0]!.event.data).toMatchObject({ orderId: "A-1" });
  });

  it("is told and mended at the start: what was published meanwhile is sent, and nothing twice", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const first = newBus({ prefix, provider, subscribers: [receipt] });
    await first.start();
    const sent = observed(first, "sent", 3);
    await first.publishEvent.orderPlaced.batch(orders(3));
    await sent;
    await first.stop();
    await redis.xgroup("SETID", `${prefix}:{0}:log:order.placed`, "test.receipt", `${Date.now() + 3_600_000}-0`);

    const second = newBus({ prefix, provider, subscribers: [receipt] });
    const told = observed(second, "dataLoss", 2);
    await second.publishEvent.orderPlaced(order("B-1"));
    const last = observed(second, "sent", 1);
    await second.start();
    expect(await told).toEqual([
      { topic: "order.placed", partition: 0, kind: "ids" },
      { topic: "order.placed", partition: 0, kind: "ahead", group: "test.receipt", again: 4 },
    ]);
    expect((await last)[0]!.delivery.data).toEqual({ orderId: "B-1" });
    await allRead(second, "receipt");
    expect(sends).toHaveLength(4);
    expect((await second.stats()).topics.find(({ name }) => name === "order.placed")).toMatchObject({ losses: 2 });
    await second.stop();
  });
});

/** Two processes route, a third one pauses and resumes, and a fourth one comes while it is paused. How many of the 21 were sent in the end. */
async function pausedAndResumed(profile?: "economy"): Promise<number> {
  const prefix = newPrefix();
  const { provider, sends } = recordingProvider();
  const settings = { prefix, provider, ...(profile === undefined ? {} : { profile }) };
  const [one, two, operator] = [newBus(settings), newBus(settings), newBus(settings)];
  await Promise.all([one.start(), two.start()]);
  await operator.subscribers.pause("receipt");
  await one.publishEvent.orderPlaced.batch(orders(20));
  await allRead(operator, "packing");
  expect(await standingOf(operator, "receipt")).toMatchObject({
    state: "paused",
    heldSince: expect.any(String) as string,
    lag: 20,
    pending: 0,
  });
  expect((await standingOf(operator, "receipt")).oldestAge).toBeGreaterThanOrEqual(0);
  expect(await standingOf(operator, "packing")).toMatchObject({ state: "running", lag: 0 });
  await Promise.all([one.stop(), two.stop()]);

  const three = newBus(settings);
  await three.start();
  const seen = observed(three, "routed", 1);
  await three.publishEvent.orderPlaced(order("A-20"));
  expect((await seen)[0]).toMatchObject({ subscriber: "packing" });
  expect(sends).toEqual([]);

  const start = performance.now();
  await operator.subscribers.resume("receipt");
  await allRead(operator, "receipt");
  expect(performance.now() - start).toBeLessThan(promptMs);
  expect(await standingOf(operator, "receipt")).toMatchObject({ state: "running", gaps: 0 });
  await expect.poll(() => sends.length, { timeout: 10_000 }).toBe(21);
  return sends.length;
}

describe("a paused subscriber", () => {
  it("is read no more in any process, keeps its lag and its pause over a restart, and goes on at once with all of it", async () => {
    expect(await pausedAndResumed()).toBe(21);
  });

  it("is that in the economy profile, too", async () => {
    expect(await pausedAndResumed("economy")).toBe(21);
  });

  it("under load loses nothing and sends nothing twice: what was read is finished, the rest waits", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const [one, two] = [newBus({ prefix, provider, subscribers: [receipt] }), newBus({ prefix, provider, subscribers: [receipt] })];
    await Promise.all([one.start(), two.start()]);
    const first = observed(one, "routed", 1);
    const published = one.publishEvent.orderPlaced.batch(orders(300));
    await Promise.race([first, observed(two, "routed", 1)]);
    for (let round = 0; round < 3; round++) {
      await two.subscribers.pause("receipt");
      await expect.poll(async () => (await standingOf(one, "receipt")).pending, { interval: 10 }).toBe(0);
      await one.subscribers.resume("receipt");
    }
    await published;
    await expect.poll(() => sends.length, { timeout: 30_000 }).toBe(300);
    expect(new Set(sends.map(({ deliveryId }) => deliveryId)).size).toBe(300);
  });

  it("is paused in a log that a newer build reads for it, too", async () => {
    const prefix = newPrefix();
    const wide = defineSubscriber([orderPlaced, orderShipped], {
      name: "wide",
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    });
    const narrow = defineSubscriber(orderPlaced, { name: "wide", deliver: ({ handler }) => [handler({ handle: async () => undefined })] });
    const older = newBus({ prefix, subscribers: [narrow] });
    await older.start();
    await older.subscribers.pause("wide");
    await older.stop();
    const newer = newBus({ prefix, subscribers: [wide, packing] });
    await newer.start();
    await newer.publishEvent.orderShipped({ orderId: "A-1" });
    await newer.publishEvent.orderPlaced(order("A-1"));
    await allRead(newer, "packing");
    expect(await standingOf(newer, "wide")).toMatchObject({ state: "paused", lag: 2 });
  });
});

describe("draining a subscriber", () => {
  it("reads no more, and says how much is in hand until there is nothing", async () => {
    const bus = newBus({ prefix: newPrefix(), subscribers: [receipt] });
    await bus.start();
    await bus.publishEvent.orderPlaced.batch(orders(50));
    expect(await bus.subscribers.drain("receipt")).toEqual({ pending: 0 });
    const { lag } = await standingOf(bus, "receipt");
    await bus.publishEvent.orderPlaced(order("B-1"));
    const again = await bus.subscribers.drain("receipt", { actor: "asha" });
    const { heldSince } = await standingOf(bus, "receipt");
    expect(again).toEqual({ pending: 0, already: { by: "a person", at: heldSince } });
    expect(await standingOf(bus, "receipt")).toMatchObject({ state: "draining", lag: lag + 1 });
    expect((await bus.audit()).entries.map(({ by, what }) => [by, what])).toEqual([
      ["asha", "subscriber.drain"],
      ["a person", "subscriber.drain"],
    ]);
  });

  it("that somebody has paused keeps who did, since when and why; of two at one moment, one was first", async () => {
    const bus = newBus({ prefix: newPrefix(), subscribers: [receipt] });
    await bus.start();
    const both = await Promise.all(["asha", "ravi"].map((actor) => bus.subscribers.pause("receipt", { actor, reason: `${actor}'s` })));
    const [{ already }] = both.filter((one) => one.already !== undefined) as [{ already: object }];
    expect(both).toContainEqual({});
    const { heldSince, heldBy } = await standingOf(bus, "receipt");
    const first = { ...heldBy, at: heldSince };
    expect(already).toEqual(first);
    expect(await bus.subscribers.drain("receipt", { actor: "mira" })).toEqual({ pending: 0, already: first });
    expect(await standingOf(bus, "receipt")).toMatchObject({ state: "draining", heldSince, heldBy });
    expect((await bus.audit()).entries[0]).toMatchObject({
      by: "mira",
      of: `receipt: it was paused already, by ${heldBy!.by} at ${heldSince}`,
    });
    await bus.subscribers.resume("receipt");
    expect(await standingOf(bus, "receipt")).not.toHaveProperty("heldBy");
    expect(await bus.subscribers.pause("receipt")).toEqual({});
  });
});

describe("seeking", () => {
  it("back routes events again and sends nothing twice, also when their queue has forgotten them", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const bus = newBus({ prefix, provider, subscribers: [receipt] });
    await bus.start();
    const sent = observed(bus, "sent", 12);
    await bus.publishEvent.orderPlaced.batch(orders(12));
    await sent;
    await allRead(bus, "receipt");
    await expect.poll(async () => (await bus.inspect.queues())["email"]).toMatchObject({ completed: 12, active: 0 });
    // Half of them are known to the ledger alone.
    for (const { deliveryId } of sends.slice(0, 6)) expect(await redis.del(`${prefix}:{test.email}:${deliveryId}`)).toBe(1);

    expect(await bus.subscribers.seek("receipt", { to: "beginning", preview: true })).toEqual({
      subscriber: "receipt",
      again: 12,
      skipped: 0,
      forgotten: 0,
      moved: false,
    });
    expect((await standingOf(bus, "receipt")).moved).toBeUndefined();
    const again = observed(bus, "routed", 12);
    expect(await bus.subscribers.seek("receipt", { to: "beginning" })).toMatchObject({ again: 12, skipped: 0, moved: true });
    await again;
    await allRead(bus, "receipt");
    await expect.poll(async () => (await bus.inspect.queues())["email"]).toMatchObject({ waiting: 0, active: 0, dead: 0 });
    expect(sends).toHaveLength(12);
    expect((await standingOf(bus, "receipt")).moved).toMatchObject({ skipped: 0, again: 12 });
  });

  it("to now skips what it has not read, to a time begins with what was published since, and a paused one stays paused", async () => {
    const bus = newBus({ prefix: newPrefix(), subscribers: [receipt] });
    await bus.start();
    await bus.subscribers.pause("receipt");
    await bus.publishEvent.orderPlaced.batch(orders(5));
    const [newest] = await redis.xrevrange(`${filePrefix}-${made}:{0}:log:order.placed`, "+", "-", "COUNT", 1);
    const between = Number(newest![0].split("-")[0]) + 1;
    await expect.poll(() => Date.now()).toBeGreaterThan(between);
    await bus.publishEvent.orderPlaced.batch(orders(3).map((each) => ({ ...each, note: "later" })));

    expect(await bus.subscribers.seek("receipt", { to: between })).toMatchObject({ again: 0, skipped: 5 });
    expect(await standingOf(bus, "receipt")).toMatchObject({ state: "paused", lag: 3, gaps: 0 });
    expect(await bus.subscribers.seek("receipt", { to: "now" })).toMatchObject({ again: 0, skipped: 3 });
    expect(await standingOf(bus, "receipt")).toMatchObject({ state: "paused", lag: 0 });
    const [last] = await bus.inspect.events(1);
    expect((await bus.inspect.trace(last!.id))!.subscribers).toMatchObject([{ name: "receipt", state: "passed" }]);
    // Nothing of it was read, so nothing is read again that could have been sent.
    expect(await bus.subscribers.seek("receipt", { to: new Date(between).toISOString() })).toMatchObject({ again: 3, skipped: 0 });
    const routed = observed(bus, "routed", 3);
    await bus.subscribers.resume("receipt", { actor: "asha", reason: "the till is mended" });
    expect((await bus.audit()).entries.map(({ by, what, of, reason }) => [by, what, of, reason])).toEqual([
      ["asha", "subscriber.resume", "receipt", "the till is mended"],
      ["a person", "subscriber.seek", `receipt to ${new Date(between).toISOString()}: 3 again, 0 skipped`, undefined],
      ["a person", "subscriber.seek", "receipt to now: 0 again, 3 skipped", undefined],
      ["a person", "subscriber.seek", `receipt to ${new Date(between).toISOString()}: 0 again, 5 skipped`, undefined],
      ["a person", "subscriber.pause", "receipt", undefined],
    ]);
    expect((await routed).map(({ event }) => (event.data as { note?: string }).note)).toEqual(["later", "later", "later"]);
    await allRead(bus, "receipt");
    expect((await standingOf(bus, "receipt")).gaps).toBe(0);
  });

  it("is refused where it would route again what is older than it is known what was sent, unless that is allowed", async () => {
    const prefix = newPrefix();
    const bus = newBus({ prefix, subscribers: [packing] });
    await bus.start();
    const log = `${prefix}:{0}:log:order.placed`;
    const old = Date.now() - 200 * 3_600_000;
    const event = {
      specversion: "1.0",
      id: "e-1",
      source: "/test",
      type: "order.placed",
      time: new Date(old).toISOString(),
      data: order("A-1"),
    };
    await redis.xadd(log, `${old}-0`, "n", 1, "event", JSON.stringify(event));
    await redis.hset(`${prefix}:{0}:log-meta:order.placed`, "n", 1, "last", `${old}-0`);
    await bus.publishEvent.orderPlaced(order("A-2"));
    await allRead(bus, "packing");
    expect(await problemOf(bus.subscribers.seek("packing", { to: "beginning" }))).toMatch(
      /^REFUSED "packing" was not moved: 1 of the events .* are older than it is known what was sent \(95 h\)/,
    );
    expect(await standingOf(bus, "packing")).toMatchObject({ lag: 0 });
    const again = observed(bus, "routed", 2);
    expect(await bus.subscribers.seek("packing", { to: "beginning", mayRepeat: true })).toMatchObject({ again: 2, forgotten: 1 });
    await again;
  });

  it("says of a wrong name or place what is right", async () => {
    const prefix = newPrefix();
    const bus = newBus({ prefix });
    expect(await problemOf(bus.subscribers.pause("reciept"))).toBe(
      'UNKNOWN_SUBSCRIBER No subscriber is called "reciept". Did you mean "receipt"?',
    );
    expect(await problemOf(bus.subscribers.seek("receipt", { to: "yesterday" }))).toMatch(
      /^INVALID_RANGE Nothing was moved:\n {2}- to: "yesterday" is none of now, beginning and a time such as/,
    );
    expect(await problemOf(bus.subscribers.seek("receipt", { to: Date.now() + 60_000 }))).toMatch(/is yet to come/);
    expect(await problemOf(bus.subscribers.seek("receipt", { to: 1e20 }))).toMatch(/100000000000000000000 is none of now/);
    expect(await problemOf(bus.subscribers.seek("receipt", { to: "now" }))).toMatch(/^REFUSED "receipt" has no place yet/);
  });
});

describe("removing a subscriber", () => {
  it("is refused while it is in the code or somebody reads for it; then it is gone from all logs, and comes back as a new one", async () => {
    const prefix = newPrefix();
    const older = newBus({ prefix });
    await older.start();
    await older.subscribers.pause("receipt");
    await older.publishEvent.orderPlaced.batch(orders(3));
    await allRead(older, "packing");
    await older.stop();

    const newer = newBus({ prefix, subscribers: [packing] });
    await newer.start();
    expect(await problemOf(newer.subscribers.remove("packing"))).toMatch(/^REFUSED "packing" is in the code of this application/);
    expect(await problemOf(newer.subscribers.remove("receit"))).toMatch(/^UNKNOWN_SUBSCRIBER .* Did you mean "receipt"\?$/);
    expect(await problemOf(newer.subscribers.remove("receipt"))).toMatch(/^REFUSED "receipt" was not removed: a router looked after it at/);
    await redis.hset(`${prefix}:{0}:log-groups:order.placed`, "test.receipt|seen", Date.now() - 200_000);
    expect(await newer.subscribers.remove("receipt", { preview: true })).toMatchObject({ unread: 3, removed: false });
    expect(await newer.subscribers.remove("receipt", { actor: "asha" })).toEqual({
      subscriber: "receipt",
      topics: ["order.placed"],
      unread: 3,
      pending: 0,
      removed: true,
    });
    expect((await newer.audit()).entries[0]).toMatchObject({ by: "asha", what: "subscriber.remove", of: "receipt" });
    const noted = await redis.hkeys(`${prefix}:{0}:log-groups:order.placed`);
    expect(noted.filter((field) => field.startsWith("test.receipt"))).toEqual([]);
    await newer.stop();

    const again = newBus({ prefix });
    await again.start();
    expect(await standingOf(again, "receipt")).toMatchObject({ state: "running", lag: 0 });
  });
});
