import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import { createBus, defineSubscriber, defineTopic, PermanentError } from "../../src/index.ts";
import { redisLog } from "../../src/log/redis-log.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import { busesOf } from "../support/buses.ts";
import { observed, orderPlaced, receipt, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();

let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;
const order = (orderId: string, email = "asha@example.com") => ({ orderId, email });
const onlyLarge = defineSubscriber(orderPlaced, {
  name: "only-large",
  filter: { orderId: [{ prefix: "LARGE" }] },
  deliver: ({ handler }) => [handler({ handle: async () => undefined })],
});

function newBus({
  prefix = newPrefix(),
  subscribers = [receipt, onlyLarge],
  provider = recordingProvider(() => ({ kind: "sent", messageId: "m-1" })).provider,
}: Partial<{ prefix: string; subscribers: readonly (typeof receipt)[]; provider: ReturnType<typeof recordingProvider>["provider"] }> = {}) {
  return kept(() =>
    createBus({
      application: "test",
      topics: { orderPlaced },
      subscribers,
      redis: url,
      prefix,
      channels: { email: { from: "shop@example.com", rateLimit: false, providers: [provider] } },
      send: { live: true },
    }),
  );
}

const scheduled = { deliverAt: new Date(Date.now() + 3_600_000).toISOString() };
const dying = () => newBus({ provider: recordingProvider(() => ({ kind: "reject", reason: "no such template" })).provider });

describe("trace", () => {
  it("C10: tells what became of an event step by step, found by its id, a delivery's, or its idempotency key", async () => {
    const bus = newBus();
    await bus.start();
    const sent = observed(bus, "sent");
    const { id } = await bus.publishEvent.orderPlaced(order("A-1"), { idempotencyKey: "order A-1" });
    const [fact] = await sent;
    const { delivery } = fact!;
    await expect.poll(async () => (await bus.subscribers.list()).every(({ lag, pending }) => lag + pending === 0)).toBe(true);
    const trace = await bus.inspect.trace(id);
    expect(trace).toMatchObject({
      event: { id, type: "order.placed", data: { orderId: "A-1" } },
      subscribers: [
        { name: "only-large", state: "unmatched", reason: expect.stringContaining("LARGE") as string, deliveries: [] },
        {
          name: "receipt",
          state: "routed",
          deliveries: [{ id: delivery.id, channel: "email", state: "sent", timeline: [{ step: "sent", detail: "recorder m-1" }] }],
        },
      ],
    });
    expect(await bus.inspect.trace(delivery.id)).toEqual(trace);
    expect(await bus.inspect.trace("order A-1")).toEqual(trace);
    for (const unknown of ["nobody", `d_${"a".repeat(32)}`]) expect(await bus.inspect.trace(unknown)).toBeUndefined();
  });

  it("C10: keeps what a subscriber did that has left the code since, or its topic, and says that it has", async () => {
    const prefix = newPrefix();
    const before = newBus({ prefix });
    await before.start();
    const sent = observed(before, "sent");
    const { id } = await before.publishEvent.orderPlaced(order("A-3"));
    const [fact] = await sent;
    await before.stop();
    const did = { name: "receipt", state: "routed", deliveries: [{ id: fact!.delivery.id, state: "sent" }] };
    const after = newBus({ prefix, subscribers: [onlyLarge] });
    expect((await after.inspect.trace(id))?.subscribers).toMatchObject([{ name: "only-large" }, { ...did, gone: "code" }]);
    const paid = defineTopic("order.paid", z.object({ orderId: z.string() }));
    const { application, redis } = { application: "test", redis: url };
    const later = defineSubscriber(paid, { name: "receipt", deliver: ({ handler }) => [handler({ handle: async () => undefined })] });
    const moved = kept(() => createBus({ application, topics: { orderPlaced, orderPaid: paid }, subscribers: [later], redis, prefix }));
    expect((await moved.inspect.trace(id))?.subscribers).toMatchObject([
      { name: "only-large", gone: "code" },
      { ...did, gone: "topic" },
    ]);
  });

  it("C10: tells of an event that cannot be planned how often it was tried, what went wrong last, and when it is tried next", async () => {
    const prefix = newPrefix();
    let tried = 0;
    const fragile = defineSubscriber(orderPlaced, {
      name: "fragile",
      deliver: ({ handler }) => [
        handler({
          when: () => {
            throw new Error(`no price for asha@example.com, ${(tried += 1)}`);
          },
          handle: async () => undefined,
        }),
      ],
    });
    const bus = newBus({ prefix, subscribers: [fragile] });
    await bus.start();
    const { id } = await bus.publishEvent.orderPlaced(order("A-4"));
    const traced = async () => (await bus.inspect.trace(id))!.subscribers[0]!;
    await expect.poll(async () => (await traced()).tries?.made).toBe(1);
    await expect.poll(async () => (await traced()).tries?.state).toBe("delayed");
    const { tries, ...trace } = await traced();
    expect(trace).toMatchObject({ name: "fragile", state: "problem", reason: expect.stringMatching(/no price for .*, 2$/) });
    expect(tries).toMatchObject({ most: 4, reason: trace.reason });
    const wait = Date.parse(tries!.next!) - Date.now();
    expect(wait > 0 && wait < 8_000).toBe(true);
    expect((await bus.stats()).unplanned).toEqual([
      { topic: "order.placed", event: id, subscriber: "fragile", state: "delayed", made: 1, most: 4, next: tries!.next },
    ]);

    await vi.waitFor(async () => {
      await handOut(prefix, "routing");
      expect(await traced()).toMatchObject({ tries: { state: "dead", made: 4, reason: expect.stringMatching(/, 5$/) } });
    });
    expect((await bus.stats()).unplanned).toEqual([]);
    const { deadLetters } = await bus.deadLetters.list({ queue: "routing" });
    expect(deadLetters.map((letter) => letter.id)).toEqual([(await traced()).tries!.id]);
    await bus.deadLetters.discard([deadLetters[0]!.id], { reason: "a test" });
    expect(await traced()).not.toHaveProperty("tries");
  });

  it("says of a subscriber that has not read the event that it has not", async () => {
    const bus = newBus();
    const { id } = await bus.publishEvent.orderPlaced(order("A-2"));
    expect((await bus.inspect.trace(id))?.subscribers.map(({ state }) => state)).toEqual(["unread", "unread"]);
  });
});

describe("a single delivery", () => {
  it("C3: can be asked for, and cancelled while it waits: it is never sent", async () => {
    const { provider, sends } = recordingProvider();
    const bus = newBus({ provider });
    await bus.start();
    const routed = observed(bus, "routed", 2);
    await bus.publishEvent.orderPlaced(order("A-3"), scheduled);
    const [planned] = (await routed).flatMap((fact) => fact.planned);
    expect(await bus.deliveries.status(planned!.id)).toMatchObject({
      state: "waiting",
      queue: "delayed",
      to: "asha@example.com",
      attempts: 0,
    });

    const by = { actor: "ravi", reason: "ordered twice" };
    expect(await bus.deliveries.cancel(planned!.id, by)).toEqual({ cancelled: true });
    expect(await bus.deliveries.status(planned!.id)).toBeUndefined();
    const routings = await bus.inspect.deliveries(planned!.event);
    expect(routings.flatMap(({ deliveries }) => deliveries)).toMatchObject([
      { id: planned!.id, timeline: [{ step: "cancelled", detail: "by ravi: ordered twice" }] },
    ]);
    // Whatever queues it again later is told: a router that died before it acknowledged, or a replay.
    expect(await bus.replay({ topics: "order.placed", subscribers: "receipt" })).toMatchObject({ missing: 0, ended: 1 });
    expect(sends).toEqual([]);
  });

  it("is not cancelled when it was sent, is a dead letter, or is not there", async () => {
    const bus = newBus();
    await bus.start();
    const sent = observed(bus, "sent");
    await bus.publishEvent.orderPlaced(order("A-4"));
    const [fact] = await sent;
    const { delivery } = fact!;
    await expect.poll(async () => (await bus.deliveries.status(delivery.id))?.queue).toBe("completed");
    expect(await bus.deliveries.cancel(delivery.id)).toEqual({ cancelled: false, known: true, refused: "it ended as sent" });
    expect(await bus.deliveries.cancel("d_unknown")).toMatchObject({ cancelled: false, known: false });

    const other = dying();
    await other.start();
    const dead = observed(other, "dead");
    await other.publishEvent.orderPlaced(order("A-5"));
    const [letter] = await dead;
    expect(await other.deliveries.cancel(letter!.delivery.id)).toMatchObject({ refused: expect.stringContaining("dead letter") as string });
  });
});

describe("dead letters", () => {
  it("A3, D5: are listed by page and shown with data, error, attempts, times and stack", async () => {
    const failing = defineSubscriber(orderPlaced, {
      name: "failing",
      deliver: ({ handler }) => [
        handler({
          handle: async ({ data }) => {
            throw new PermanentError(`no stock for ${data.orderId}`);
          },
        }),
      ],
    });
    const bus = newBus({ subscribers: [failing] });
    await bus.start();
    const dead = observed(bus, "dead", 3);
    for (const id of ["A-6", "A-7", "A-8"]) await bus.publishEvent.orderPlaced(order(id));
    await dead;
    await expect.poll(async () => (await bus.deadLetters.counts())["handler"]).toBe(3);
    const first = await bus.deadLetters.list({ queue: "handler", count: 2 });
    const second = await bus.deadLetters.list({ queue: "handler", count: 2, cursor: first.next });
    expect([first.deadLetters.length, second.deadLetters.length, second.next]).toEqual([2, 1, undefined]);
    expect(new Set([...first.deadLetters, ...second.deadLetters].map(({ id }) => id)).size).toBe(3);

    const [newest] = first.deadLetters;
    const shown = await bus.deadLetters.show(newest!.id);
    expect(shown).toMatchObject({
      ...newest,
      reason: expect.stringContaining("no stock for") as string,
      attempts: 1,
      data: { type: "order.placed", data: { email: "asha@example.com" } },
      timeline: [{ step: "dead" }],
    });
    expect(shown?.stack.join("\n")).toContain("operations.test.ts");
  });

  it("B6: one is deleted for good, with who and why in its time line; it is not asked for again", async () => {
    const bus = dying();
    await bus.start();
    const dead = observed(bus, "dead");
    await bus.publishEvent.orderPlaced(order("A-9"));
    const [letter] = await dead;
    const { id } = letter!.delivery;
    await expect.poll(() => bus.deadLetters.show(id)).toBeDefined();
    expect(await bus.deadLetters.discard([id, "d_unknown"], { actor: "ravi", reason: "a test order" })).toEqual({
      discarded: [id],
      refused: [{ id: "d_unknown", reason: "no dead letter has this id" }],
    });
    expect(await bus.deadLetters.list()).toEqual({ deadLetters: [] });
    expect(await bus.deadLetters.redrive([id])).toMatchObject({ redriven: [] });
    const trace = await bus.inspect.trace(letter!.delivery.event.id);
    expect(trace?.subscribers.find(({ name }) => name === "receipt")?.deliveries).toMatchObject([
      { state: "discarded", reason: "by ravi: a test order" },
    ]);
    expect(await bus.replay({ topics: "order.placed", subscribers: "receipt" })).toMatchObject({ missing: 0, ended: 1 });
  });
});

describe("a dead letter that never got to a send", () => {
  const nowhere = defineSubscriber(orderPlaced, {
    name: "nowhere",
    deliver: ({ webhook }) => [webhook({ to: () => "https://10.1.2.3/hook" })],
  });

  it("is cancelled no more, and discarded for good: no replay misses it, and its trace names it once", async () => {
    const bus = kept(() =>
      createBus({ application: "test", topics: { orderPlaced }, subscribers: [nowhere], redis: url, prefix: newPrefix() }),
    );
    await bus.start();
    const dead = observed(bus, "dead");
    const { id: eventId } = await bus.publishEvent.orderPlaced(order("A-20"));
    const [letter] = await dead;
    const { id } = letter!.delivery;
    await expect.poll(() => bus.deadLetters.show(id)).toBeDefined();
    expect(await bus.deliveries.cancel(id)).toMatchObject({ cancelled: false, refused: expect.stringContaining("dead letter") as string });
    expect(await bus.deadLetters.discard([id], { actor: "ravi", reason: "a test order" })).toMatchObject({ discarded: [id] });
    expect(await bus.replay({ topics: "order.placed", subscribers: "nowhere" })).toMatchObject({ missing: 0, ended: 1 });
    const [traced] = (await bus.inspect.trace(eventId))!.subscribers;
    expect(traced!.deliveries).toMatchObject([{ id, state: "discarded", reason: "by ravi: a test order" }]);
  });
});

describe("channels", () => {
  it("E2: one is paused and resumed for all processes; what waits meanwhile has an age, and is sent afterwards", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const [bus, operator] = [newBus({ prefix, provider }), newBus({ prefix, provider })];
    await bus.start();
    await operator.channels.pause("email");
    const routed = observed(bus, "routed", 2);
    await bus.publishEvent.orderPlaced(order("A-10"));
    await routed;
    await expect
      .poll(async () => (await operator.channels.list()).find(({ name }) => name === "email"))
      .toMatchObject({
        on: true,
        paused: true,
        waiting: 1,
        active: 0,
        workers: 1,
        oldestAge: expect.any(Number) as number,
      });
    expect(sends).toEqual([]);
    const sent = observed(bus, "sent");
    await operator.channels.resume("email");
    await sent;
    expect((await operator.channels.list()).find(({ name }) => name === "email")).toMatchObject({ paused: false });
    await expect(operator.channels.pause("emial")).rejects.toThrow('Did you mean "email"?');
  });

  it("E2: forgets what is finished, when asked, and sends nothing again", async () => {
    const { provider, sends } = recordingProvider();
    const bus = newBus({ provider });
    await bus.start();
    const sent = observed(bus, "sent", 2);
    for (const id of ["A-11", "A-12"]) await bus.publishEvent.orderPlaced(order(id));
    await sent;
    await expect.poll(async () => (await bus.inspect.queues())["email"]?.completed).toBe(2);
    expect(await bus.channels.clean("email", { olderThan: 3_600_000 })).toBe(0);
    expect(await bus.channels.clean("email")).toBe(2);
    expect((await bus.inspect.queues())["email"]?.completed).toBe(0);
    expect(await bus.replay({ topics: "order.placed", subscribers: "receipt" })).toMatchObject({ planned: 2, sent: 2, queued: 0 });
    expect(sends).toHaveLength(2);
  });
});

describe("figures", () => {
  it("A11: count topics, channels, subscribers and Redis itself", async () => {
    const bus = newBus();
    for (const id of ["A-13", "A-14"]) await bus.publishEvent.orderPlaced(order(id));
    expect((await bus.subscribers.list()).map(({ name, lag }) => [name, lag])).toEqual([
      ["only-large", 2],
      ["receipt", 2],
    ]);
    const sent = observed(bus, "sent", 2);
    await bus.start();
    await sent;
    await expect
      .poll(() => bus.stats())
      .toMatchObject({
        topics: [{ name: "order.placed", published: 2, held: 2 }],
        subscribers: [
          { name: "only-large", lag: 0, pending: 0, gaps: 0 },
          { name: "receipt", lag: 0, pending: 0, gaps: 0, topics: ["order.placed"] },
        ],
        redis: { keys: expect.any(Number) as number, memoryBytes: expect.any(Number) as number, clients: expect.any(Number) as number },
        doubtful: 0,
      });
    const { channels } = await bus.stats();
    expect(channels.find(({ name }) => name === "email")).toMatchObject({ completed: 2, dead: 0, rateLimit: false, concurrency: 5 });
    expect(channels.find(({ name }) => name === "push")).toMatchObject({ on: true, waiting: 0 });
  });

  it("see a trimmed log as held, not as published", async () => {
    const prefix = newPrefix();
    const bus = newBus({ prefix });
    for (const id of ["A-15", "A-16"]) await bus.publishEvent.orderPlaced(order(id));
    const log = redisLog({ url, prefix, logger: silentLogger });
    await log.trim("order.placed", 0, { retain: -1_000, retainBytes: 1e9, grace: 1e9 });
    await log.close();
    expect((await bus.stats()).topics).toEqual([{ name: "order.placed", published: 2, held: 0, losses: 0 }]);
  });
});

it("a tail begins with the newest events and follows all topics; an unknown topic is named", async () => {
  const bus = newBus();
  await bus.publishEvent.orderPlaced(order("A-17"));
  const ending = new AbortController();
  const seen: unknown[] = [];
  for await (const event of bus.inspect.tail({ last: 10, signal: ending.signal })) {
    seen.push((event.data as { orderId: string }).orderId);
    if (seen.length === 1) await bus.publishEvent.orderPlaced(order("A-18"));
    else ending.abort();
  }
  expect(seen).toEqual(["A-17", "A-18"]);
  const wrong = bus.inspect.tail({ topics: ["order.place"], signal: ending.signal });
  await expect(wrong[Symbol.asyncIterator]().next()).rejects.toThrow('Did you mean "order.placed"?');
});

/** Hands out what waits for a time, as if that had come. */
async function handOut(prefix: string, name: string): Promise<void> {
  const clock = { now: () => Date.now() + 4 * 3_600_000 };
  const keepCompleted = { age: 60_000, count: 10 };
  const queue = bullmqQueue({ url, prefix, application: "test", name, logger: silentLogger, clock, keepCompleted });
  try {
    await queue.handOutDue();
  } finally {
    await queue.close();
  }
}
