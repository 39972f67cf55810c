/**
 * A publisher in a process of its own, which says how much memory it takes: publishes at a steady rate, writes down what was acknowledged, and
 * counts what each answer was. Arguments: ChaosOptions in JSON, events, events a second, the file of acknowledged numbers.
 */
import { createWriteStream } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { chaosBus, type ChaosOptions } from "./domain.ts";
import { endWithParent } from "./messages.ts";

/** What it says at its end. */
export interface Published {
  readonly published: number;
  readonly spooled: number;
  readonly failed: number;
  /** The longest answer of a publish, milliseconds. */
  readonly slowest: number;
  /** How much the heap grew at most, bytes. */
  readonly grown: number;
}

const warmUp = 500;
const measureEveryMs = 2_000;

const [options, count, perSecond, file] = process.argv.slice(2);
const bus = chaosBus(JSON.parse(options!) as ChaosOptions);
const acknowledged = createWriteStream(file!);
const counts = { published: 0, spooled: 0, failed: 0, slowest: 0, grown: 0 };

function heap(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}

async function publish(number: number): Promise<void> {
  const asked = performance.now();
  try {
    const { durability } = await bus.publishEvent.orderPlaced({ number });
    counts[durability === "spooled" ? "spooled" : "published"] += 1;
    acknowledged.write(`${number}\n`);
  } catch {
    counts.failed += 1;
  }
  counts.slowest = Math.max(counts.slowest, performance.now() - asked);
}

endWithParent();
await bus.connect();
for (let number = 1; number <= warmUp; number += 1) await publish(number);
counts.slowest = 0;
const before = heap();
process.send!("started");

const started = performance.now();
const publishing = new Set<Promise<void>>();
for (let [sent, measuredAt] = [0, 0]; sent < Number(count);) {
  const now = performance.now() - started;
  for (const due = Math.min(Number(count), Math.ceil((now / 1_000) * Number(perSecond))); sent < due; sent += 1) {
    const one: Promise<void> = publish(warmUp + sent + 1).then(() => void publishing.delete(one));
    publishing.add(one);
  }
  if (now - measuredAt > measureEveryMs) {
    measuredAt = now;
    counts.grown = Math.max(counts.grown, heap() - before);
  }
  await pause(5);
}
await Promise.all(publishing);
for (; (bus.spool()?.events ?? 0) > 0;) await pause(50);
await bus.stop();
await new Promise<void>((resolve) => acknowledged.end(resolve));
process.send!(counts satisfies Published, () => process.exit(0));
