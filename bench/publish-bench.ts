import { Redis } from "ioredis";
import { createBus } from "../src/index.ts";
import { orderPlaced } from "../topics/index.ts";
import { type Result, timesResult } from "./result.ts";
import { withRedis } from "./temporary.ts";

const rounds = 5;
const warmUp = 500;
const eventsInRound = 1_000;

/** One `publishEvent` after the other, and beside it, in turns, what a bare XADD of the same bytes takes. */
export function publishBench(appendfsync: "everysec" | "always"): Promise<Result[]> {
  return withRedis(appendfsync, async ({ redis }) => {
    const bus = createBus({ application: "bench", topics: { orderPlaced }, redis: redis.url });
    const raw = new Redis(redis.url);
    const order = orderPlaced.example!;
    const json = JSON.stringify(order);
    const publish = (): Promise<unknown> => bus.publishEvent.orderPlaced(order);
    const append = (): Promise<unknown> => raw.xadd("raw", "*", "event", json);
    const times = { publish: [] as number[], append: [] as number[] };
    try {
      await timesOf(publish, warmUp);
      await timesOf(append, warmUp);
      for (let round = 0; round < rounds; round++) {
        times.publish.push(...(await timesOf(publish, eventsInRound)));
        times.append.push(...(await timesOf(append, eventsInRound)));
      }
    } finally {
      await bus.stop();
      raw.disconnect();
    }
    return [
      timesResult(
        `publishEvent, one after the other, appendfsync ${appendfsync}`,
        times.publish,
        appendfsync === "everysec" ? 1 : undefined,
      ),
      timesResult(`  a bare XADD of the payload, beside it`, times.append),
    ];
  });
}

async function timesOf(work: () => Promise<unknown>, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times;
}
