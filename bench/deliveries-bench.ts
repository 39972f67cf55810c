import { openSync, readSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import { createBus } from "../src/index.ts";
import { journalFiles, readJournal } from "../src/mailroom/journal.ts";
import { orderPlaced } from "../topics/index.ts";
import { type Child, startChild } from "./child.ts";
import type { Result } from "./result.ts";
import { withRedis } from "./temporary.ts";

const events = 10_000;
const patienceMs = 180_000;

/**
 * A5: one process with router and workers empties a log of 10,000 orders by e-mail, without a rate limit, through SendGrid's SDK and HTTP
 * to the mailroom, which writes each message to its journal. From the process's start to the last message, Node's own start and the
 * templates included.
 */
export function deliveriesBench(): Promise<Result> {
  return withRedis("everysec", async ({ redis, folder }) => {
    const mail = join(folder, "mailroom");
    const children: Child[] = [];
    const bus = createBus({ application: "bench", topics: { orderPlaced }, redis: redis.url });
    try {
      const orders = Array.from({ length: events }, (_, index) => ({ ...orderPlaced.example!, orderId: `B-${index}` }));
      for (let from = 0; from < events; from += 1_000) await bus.publishEvent.orderPlaced.batch(orders.slice(from, from + 1_000));
      const mailroom = await startChild(new URL("mailroom-process.ts", import.meta.url), [mail]);
      children.push(mailroom);
      const start = performance.now();
      children.push(await startChild(new URL("line-process.ts", import.meta.url), [redis.url, mailroom.said]));
      const arrived = lineCounter(join(mail, journalFiles.current));
      for (let lines = 0; lines < events; lines = arrived()) {
        if (performance.now() - start > patienceMs) throw new Error(`only ${lines} of ${events} arrived: the measurement is void`);
        await pause(250);
      }
      const seconds = (performance.now() - start) / 1_000;
      const ids = new Set(readJournal(mail).map(({ deliveryId }) => deliveryId));
      if (ids.size < events) throw new Error(`only ${ids.size} different deliveries arrived: the measurement is void`);
      return { what: "10,000 deliveries by one process, no rate limit", unit: "s", p50: seconds, p99: undefined, count: events, goal: 60 };
    } finally {
      await bus.stop();
      await Promise.all(children.toReversed().map((child) => child.stop()));
    }
  });
}

/** Counts the lines of a file that grows, reading each byte once. */
function lineCounter(path: string): () => number {
  const buffer = Buffer.alloc(1024 * 1024);
  const file = openSync(path, "r");
  let lines = 0;
  return () => {
    for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) {
      for (const byte of buffer.subarray(0, size)) if (byte === 0x0a) lines += 1;
    }
    return lines;
  };
}
