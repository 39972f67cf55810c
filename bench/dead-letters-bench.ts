import { Redis } from "ioredis";
import { resolvePolicy } from "../src/define/policy.ts";
import { createBus } from "../src/index.ts";
import * as topics from "../topics/index.ts";
import { type Result, timesResult } from "./result.ts";
import { withRedis } from "./temporary.ts";

const letters = 100_000;
const readers = 20_000;
const asked = 30;
/** Milliseconds that an answer may take. */
const goal = 300;
const week = 7 * 86_400_000;

const subscribers = ["order-confirmation", "order-invoice", "welcome", "rank-updates", "payout"] as const;
const types = ["order.placed", "user.registered", "rank.changed"] as const;
const errors = [
  (number: number) => `sendgrid: 400 The to address reader-${number % readers}@example.in does not exist`,
  (number: number) => `smtp: 451 greylisted, try again in ${number % 900} seconds (try 4 of 4)`,
  (number: number) => `Template "order-confirmation" cannot take the delivery's data: total: expected number, got "${number}"`,
  (number: number) => `handler: connect ECONNREFUSED 10.0.${number % 200}.7:5432`,
  ...Array.from(
    { length: 16 },
    (_, kind) => (number: number) => `handler: ${"abcdefghijklmnop"[kind]!.repeat(6)} has no order KR-${number}`,
  ),
];

/** Lists, filters and groups among 100,000 dead letters; and what it takes to make their index anew. */
export function deadLettersBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis: { url } }) => {
    const bus = createBus({ application: "bench", topics, redis: url });
    const redis = new Redis(url);
    try {
      await fill(redis);
      const begun = performance.now();
      await bus.deadLetters.rebuild();
      const rebuilt = (performance.now() - begun) / 1_000;
      const all = bus.deadLetters;
      const cursor = (await all.list({ subscriber: "welcome", count: 100 })).next;
      const from = Date.now() - week / 7;
      return [
        { what: `the index of ${letters} dead letters made anew`, unit: "s", p50: rebuilt, p99: undefined, count: 1, goal: undefined },
        {
          what: "  bytes that it takes in Redis for each",
          unit: "bytes",
          p50: await indexBytes(redis),
          p99: undefined,
          count: letters,
          goal: undefined,
        },
        await timed(`${letters} dead letters: the newest 100`, () => all.list()),
        await timed("  the newest 100 of a subscriber", () => all.list({ subscriber: "welcome" })),
        await timed("  the next 100 of them", () => all.list({ subscriber: "welcome", cursor })),
        await timed("  of a topic, a class and a day", () => all.list({ topic: "order.placed", reasonClass: "rejected", from })),
        await timed("  to a recipient", () => all.list({ recipient: "reader-7@example.in" })),
        await timed("  groups by cause", () => all.groups()),
        await timed("  groups by cause of a subscriber and a day", () => all.groups({ subscriber: "welcome", from })),
        await timed("  a preview: how many, by queue, subscriber and class", () => all.preview({ queue: "email" })),
      ];
    } finally {
      await bus.stop();
      redis.disconnect();
    }
  });
}

async function timed(what: string, ask: () => Promise<unknown>): Promise<Result> {
  const times: number[] = [];
  for (let index = 0; index < asked; index++) {
    const begun = performance.now();
    await ask();
    times.push(performance.now() - begun);
  }
  return timesResult(what, times, goal);
}

/** As workers leave them behind: two queues, five subscribers, three topics, twenty causes, over a week. */
async function fill(redis: Redis): Promise<void> {
  const now = Date.now();
  const policy = resolvePolicy({});
  for (let from = 0; from < letters; from += 1_000) {
    const pipeline = redis.pipeline();
    for (let number = from; number < from + 1_000; number++) {
      const queue = number % 3 === 0 ? "handler" : "email";
      const id = `d_${number.toString(36).padStart(32, "a")}`;
      const at = now - Math.floor((week * (letters - number)) / letters);
      const reason = errors[(number * 7) % errors.length]!(number);
      const event = { id: `e-${number}`, type: types[number % types.length]!, time: new Date(at - 1_000).toISOString() };
      const said =
        queue === "email" ? { to: `reader-${number % readers}@example.in`, data: { orderId: `KR-${number}` } } : { to: "welcome" };
      const subscriber = subscribers[number % subscribers.length]!;
      const content = { id, event, subscriber, route: queue, channel: queue, policy, ...said };
      pipeline.hset(`busbar:{bench.${queue}}:${id}`, {
        name: queue,
        data: JSON.stringify(content),
        opts: JSON.stringify({ jobId: id, attempts: 4 }),
        timestamp: at - 1_000,
        delay: 0,
        priority: 100,
        processedOn: at,
        finishedOn: at,
        atm: 1 + (number % 4),
        ats: 1,
        failedReason: reason,
        stacktrace: JSON.stringify([`Error: ${reason}\n    at send (/srv/shop/src/send.ts:${number % 90}:7)`]),
      });
      pipeline.zadd(`busbar:{bench.${queue}}:failed`, at, id);
    }
    await pipeline.exec();
  }
}

async function indexBytes(redis: Redis): Promise<number> {
  const keys = await redis.keys("busbar:dead-letters:*");
  const sizes = await Promise.all(keys.map(async (key) => Number(await redis.memory("USAGE", key, "SAMPLES", 0))));
  return sizes.reduce((sum, bytes) => sum + bytes, 0) / letters;
}
