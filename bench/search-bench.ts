import { Redis } from "ioredis";
import { createBus, defineTopic } from "../src/index.ts";
import * as reference from "../topics/index.ts";
import { type Result, timesResult } from "./result.ts";
import { withRedis } from "./temporary.ts";

const rounds = 5;
const eventsInRound = 4_000;
const inFlight = 200;
const searches = 50;

const { schema } = reference.orderPlaced;
const plain = defineTopic("order.plain", schema);
const one = defineTopic("order.one", schema, { index: ["orderId"] });
const four = defineTopic("order.four", schema, { index: ["orderId", "customer.email", "customer.phone", "items.sku"] });
const topics = { orderPlain: plain, orderOne: one, orderFour: four };

/** What search keys cost: time and memory of a publish without them, with one, and with four; and what a search takes. */
export function searchBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis }) => {
    const bus = createBus({ application: "bench", topics, redis: redis.url });
    const shop = createBus({ application: "shop", topics: reference, redis: redis.url, prefix: "shop" });
    const raw = new Redis(redis.url);
    const times: Record<string, number[]> = { "order.plain": [], "order.one": [], "order.four": [] };
    let made = 0;
    /** Microseconds an event. */
    const publishMany = async (topic: string): Promise<number> => {
      const start = performance.now();
      let left = eventsInRound;
      const lane = async (): Promise<void> => {
        while (left-- > 0) await bus.publish(topic, orderOf((made += 1)));
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
      return ((performance.now() - start) * 1_000) / eventsInRound;
    };
    try {
      for (const topic of Object.keys(times)) await publishMany(topic);
      for (let round = 0; round < rounds; round++) for (const [topic, of] of Object.entries(times)) of.push(await publishMany(topic));
      const entries = await indexMemory(raw, "order.four");

      await Promise.all(Array.from({ length: 1_000 }, (_, index) => shop.publishEvent.orderPlaced(orderOf(index))));
      const found = await timesOf(() => shop.inspect.search({ value: "S-7", key: "order" }));
      const missed = await timesOf(() => shop.inspect.search({ value: "nobody" }));
      return [
        ...Object.entries(times).map(([topic, of]) => perEvent(topic, of)),
        {
          what: "bytes that one search value takes in Redis",
          unit: "",
          p50: entries.bytes / entries.count,
          p99: undefined,
          count: entries.count,
          goal: undefined,
        },
        timesResult(`search in ${Object.keys(reference).length} topics kept 30 days, one event with its trace`, found),
        timesResult("  the same, nothing found", missed),
      ];
    } finally {
      await Promise.all([bus.stop(), shop.stop()]);
      raw.disconnect();
    }
  });
}

function orderOf(number: number) {
  const example = reference.orderPlaced.example!;
  const phone = `+9198${String(number).padStart(8, "0")}`;
  return {
    ...example,
    orderId: `S-${number}`,
    customer: { ...example.customer, email: `reader-${number}@example.in`, phone },
    items: example.items.map((item, index) => ({ ...item, sku: `SKU-${number}-${index}` })),
  };
}

function perEvent(topic: string, of: readonly number[]): Result {
  const keys = { "order.plain": "no search key", "order.one": "one search key", "order.four": "four search keys, five values" }[topic]!;
  return {
    what: `publishEvent, ${inFlight} under way, ${keys}`,
    unit: "µs",
    p50: of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!,
    p99: undefined,
    count: of.length * eventsInRound,
    goal: undefined,
  };
}

async function indexMemory(redis: Redis, topic: string): Promise<{ bytes: number; count: number }> {
  const keys = await redis.keys(`busbar:{*}:log-index:${topic}:*`);
  const sizes = await Promise.all(
    keys.map(async (key) => [Number(await redis.memory("USAGE", key, "SAMPLES", 0)), await redis.zcard(key)] as const),
  );
  return { bytes: sizes.reduce((sum, [bytes]) => sum + bytes, 0), count: sizes.reduce((sum, [, count]) => sum + count, 0) };
}

async function timesOf(work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < searches; index++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times;
}
