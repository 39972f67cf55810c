/** Events of several versions of a topic in one log: older ones are brought up to today's, newer ones are left for a newer process. */
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { type Logger, silentLogger } from "../../src/base/logger.ts";
import { createBus, defineSubscriber, defineTopic, type Subscriber } from "../../src/index.ts";
import { tryOnLog } from "../../src/cli/schema-log.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import { busesOf } from "../support/buses.ts";
import { observed, receiptEmail, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();

const v1 = defineTopic("order.placed", z.object({ orderId: z.string(), total: z.number() }), { key: (order) => order.orderId });
const v2 = v1.evolve(z.object({ orderId: z.string(), total: z.number(), currency: z.string() }), (old) => ({ ...old, currency: "INR" }));
const v3 = v2.evolve(
  z.object({ orderId: z.string(), amount: z.object({ value: z.number(), currency: z.string() }) }),
  ({ orderId, total, currency }) => ({ orderId, amount: { value: total, currency } }),
);
const v4 = v3.evolve(
  z.object({ id: z.string(), amount: z.object({ value: z.number(), currency: z.string() }), gift: z.boolean().default(false) }),
  ({ orderId, amount }) => ({ id: orderId, amount }),
  { key: ({ id }) => id, index: ["id"] },
);
/** What a publisher of each version says of an order of 5. */
const payloads = [
  { orderId: "A-1", total: 5 },
  { orderId: "A-2", total: 5, currency: "EUR" },
  { orderId: "A-3", amount: { value: 5, currency: "USD" } },
  { id: "A-4", amount: { value: 5, currency: "GBP" }, gift: true },
] as const;
/** The same as a reader of today sees them. */
const brought = [
  { id: "A-1", amount: { value: 5, currency: "INR" }, gift: false },
  { id: "A-2", amount: { value: 5, currency: "EUR" }, gift: false },
  { id: "A-3", amount: { value: 5, currency: "USD" }, gift: false },
  { id: "A-4", amount: { value: 5, currency: "GBP" }, gift: true },
];

const writes = (name: string, filter?: { readonly gift: readonly boolean[] }): Subscriber =>
  defineSubscriber(v4, {
    name,
    ...(filter === undefined ? {} : { filter }),
    deliver: ({ email }) => [
      email({
        to: () => `${name}@example.com`,
        template: receiptEmail,
        data: ({ data }) => ({ orderId: `${data.id} ${data.amount.value} ${data.amount.currency} ${data.gift}` }),
      }),
    ],
  });
const receiptOf = (topic: typeof v1): Subscriber =>
  defineSubscriber(topic, {
    name: "receipt",
    deliver: ({ email }) => [
      email({ to: () => "receipt@example.com", template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) }),
    ],
  });

interface Build {
  readonly prefix: string;
  readonly topic: unknown;
  readonly subscribers?: readonly Subscriber[];
  readonly provider?: ReturnType<typeof recordingProvider>["provider"];
  readonly logger?: Logger;
}
const build = ({ prefix, topic, subscribers = [], provider = recordingProvider().provider, logger = silentLogger }: Build) =>
  kept(() =>
    createBus({
      application: "test",
      topics: { orderPlaced: topic as typeof v4 },
      subscribers,
      redis: url,
      prefix,
      logger,
      channels: { email: { from: "shop@example.com", rateLimit: false, providers: [provider] } },
      send: { live: true },
    }),
  );

let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;

/** One event of each of the four versions, each published by a build that knew no later one. */
async function fourVersions(prefix: string): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, topic] of [v1, v2, v3, v4].entries())
    ids.push((await build({ prefix, topic }).publishEvent.orderPlaced(payloads[index] as never)).id);
  return ids;
}

describe("a topic with four versions", () => {
  it("is read live, replayed, followed, traced and searched by today's code alone", async () => {
    const prefix = newPrefix();
    const ids = await fourVersions(prefix);
    const { provider, sends } = recordingProvider();
    const first = build({ prefix, topic: v4, subscribers: [writes("live")], provider });
    const live = observed(first, "sent", 4);
    await first.start();
    await live;
    const texts = brought.map(({ id, amount, gift }) => `Order ${id} ${amount.value} ${amount.currency} ${gift}`);
    expect(sends.map(({ message }) => message.subject).toSorted()).toEqual(texts);
    await first.stop();

    sends.length = 0;
    const late = writes("late", { gift: [false] });
    const bus = build({ prefix, topic: v4, subscribers: [writes("live"), late], provider });
    await bus.start();
    const replayed = observed(bus, "sent", 3);
    const counts = await bus.replay({ topics: "order.placed", subscribers: "late" });
    expect(counts).toMatchObject({ events: 4, matched: 3, queued: 3, problems: 0 });
    await replayed;
    expect(sends.map(({ message }) => message.subject).toSorted()).toEqual(texts.slice(0, 3));

    const seen: unknown[] = [];
    for await (const event of bus.inspect.tail({ last: 4, signal: AbortSignal.timeout(5_000) })) if (seen.push(event.data) === 4) break;
    expect(seen).toEqual(brought);
    expect(await bus.inspect.trace(ids[0]!)).toMatchObject({ event: { dataversion: 4, data: brought[0] } });
    expect((await bus.inspect.search({ key: "id", value: "A-4" })).events.map(({ event }) => event.id)).toEqual([ids[3]]);
  });
});

describe("a log with events of four versions", () => {
  it("is tried with the schemas of today: it names the events that do not fit, by id and path", async () => {
    const prefix = newPrefix();
    const ids = await fourVersions(prefix);
    const picky = v4.evolve(v4.schema.extend({ amount: z.object({ value: z.number().max(4), currency: z.string() }) }), (old) => old);
    const settings = { redis: url, prefix, partitions: 1, publishDeadline: 2_000 };
    expect(await tryOnLog({ topics: [v4], settings, count: 10 })).toEqual([{ topic: "order.placed", events: 4, newer: 0, failing: [] }]);
    expect(await tryOnLog({ topics: [v2], settings, count: 10 })).toEqual([{ topic: "order.placed", events: 4, newer: 2, failing: [] }]);
    const [tried] = await tryOnLog({ topics: [picky], settings, count: 2 });
    expect(tried!.failing.map(({ id }) => id).toSorted()).toEqual([ids[2], ids[3]]);
    expect(tried!.failing[0]!.problems).toEqual(["amount.value: expected at most 4"]);
  });
});

describe("an event of a newer version", () => {
  it("waits for a newer process, untouched, while what comes behind it goes on; doctor and figures know of it", async () => {
    const prefix = newPrefix();
    const newer = build({ prefix, topic: v2 });
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (_, message) => void warnings.push(message), child: () => logger };
    const { provider, sends } = recordingProvider();
    const old = build({ prefix, topic: v1, subscribers: [receiptOf(v1)], provider, logger });
    const putAside = observed(old, "newerVersion", 2);
    const sent = observed(old, "sent");
    const ids: string[] = [];
    for (const orderId of ["N-1", "N-2"])
      ids.push((await newer.publishEvent.orderPlaced({ orderId, total: 1, currency: "EUR" } as never)).id);
    await build({ prefix, topic: v1 }).publishEvent.orderPlaced({ orderId: "A-1", total: 5 } as never);
    await old.start();
    await sent;
    expect(sends.map(({ message }) => message.subject)).toEqual(["Order A-1"]);
    expect((await putAside).map(({ eventId, ...fact }) => [ids.includes(eventId), fact])).toEqual(
      ids.map(() => [true, { topic: "order.placed", version: 2, known: 1, subscriber: "receipt" }]),
    );
    expect(warnings.filter((message) => message.includes("version 2"))).toEqual([
      "events of a newer version wait on the queue routing, untouched, for a process that knows it: the event is of version 2 of order.placed, and this build knows versions up to 1",
    ]);
    await vi.waitFor(async () => expect((await old.stats()).newer).toEqual([{ topic: "order.placed", version: 2, events: 2 }]));
    expect((await old.inspect.trace(ids[0]!))?.subscribers).toMatchObject([
      { state: "problem", reason: expect.stringContaining("waits for a newer process") },
    ]);
    await old.stop();

    // The wait of a record that was looked at is 5 s and more: who knows the version wakes it.
    const { provider: mended, sends: later } = recordingProvider();
    const now = build({ prefix, topic: v2, subscribers: [receiptOf(v2 as never)], provider: mended });
    const both = observed(now, "sent", 2);
    await now.start();
    await both;
    expect(later.map(({ message }) => message.subject).toSorted()).toEqual(["Order N-1", "Order N-2"]);
    await vi.waitFor(async () => expect((await now.stats()).newer).toEqual([]));
    expect((await now.inspect.queues())["routing"]).toMatchObject({ waiting: 0, delayed: 0, dead: 0 });
  });

  it("of a handler's delivery waits as well, and one that an older build planned is brought up", async () => {
    const prefix = newPrefix();
    const seen: unknown[] = [];
    const handles = (topic: typeof v1, delay?: "1h"): Subscriber =>
      defineSubscriber(topic, {
        name: "books",
        deliver: ({ handler }) => [
          handler({ ...(delay === undefined ? {} : { delay }), handle: async ({ data }) => void seen.push(data) }),
        ],
      });
    const old = build({ prefix, topic: v1, subscribers: [handles(v1, "1h")] });
    await old.start();
    const routed = observed(old, "routed");
    await old.publishEvent.orderPlaced({ orderId: "A-1", total: 5 } as never);
    await routed;
    await old.stop();
    const now = build({ prefix, topic: v2, subscribers: [handles(v2 as never)] });
    await now.start();
    const sent = observed(now, "sent");
    await handOut(prefix, "handler");
    await sent;
    expect(seen).toEqual([{ orderId: "A-1", total: 5, currency: "INR" }]);
    await now.stop();

    const deferring = build({ prefix, topic: v2, subscribers: [handles(v2 as never, "1h")] });
    await deferring.start();
    const again = observed(deferring, "routed");
    await deferring.publishEvent.orderPlaced({ orderId: "A-2", total: 5, currency: "EUR" } as never);
    await again;
    await deferring.stop();
    const back = build({ prefix, topic: v1, subscribers: [handles(v1)] });
    await back.start();
    const put = observed(back, "retrying");
    await handOut(prefix, "handler");
    expect((await put)[0]).toMatchObject({ burned: false, reason: expect.stringContaining("version 2 of order.placed") });
    expect(seen).toHaveLength(1);
  });
});

describe("an event that cannot be brought up", () => {
  it("becomes a dead letter of routing with the reason, and the topic goes on", async () => {
    const prefix = newPrefix();
    const picky = v1.evolve(z.object({ orderId: z.string(), total: z.number() }), (old) => {
      if (old.total === 13) throw new Error("13 is no total");
      return old;
    });
    const publisher = build({ prefix, topic: v1 });
    for (const [orderId, total] of [
      ["A-13", 13],
      ["A-14", 14],
    ] as const)
      await publisher.publishEvent.orderPlaced({ orderId, total } as never);
    const { provider, sends } = recordingProvider();
    const bus = build({ prefix, topic: picky, subscribers: [receiptOf(picky)], provider });
    const [sent, unroutable] = [observed(bus, "sent"), observed(bus, "unroutable")];
    await bus.start();
    await sent;
    expect(sends.map(({ message }) => message.subject)).toEqual(["Order A-14"]);
    const reason = 'subscriber "receipt": the upcast of order.placed from version 1 threw: 13 is no total';
    expect((await unroutable)[0]!.reason).toBe(reason);
    // Four tries, with waits between them.
    await vi.waitFor(async () => {
      await handOut(prefix, "routing");
      const [letter] = (await bus.deadLetters.list({ queue: "routing" })).deadLetters;
      expect(letter).toMatchObject({ reason });
      // The line of the code that threw.
      expect(letter!.stack.at(-1)).toMatch(/^Error: 13 is no total\n +at .*evolution\.test\.ts/);
    });
  });
});

/** Hands out what waits for a time, as if that had come. */
async function handOut(prefix: string, name: string): Promise<void> {
  const clock = { now: () => Date.now() + 4 * 3_600_000 };
  const queue = bullmqQueue({
    url,
    prefix,
    application: "test",
    name,
    logger: silentLogger,
    clock,
    keepCompleted: { age: 60_000, count: 10 },
  });
  await queue.handOutDue();
  await queue.close();
}
