import { messageOf } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import type { Bus } from "../bus/bus.ts";
import { countInto } from "./metrics-counters.ts";
import { spoolGaugesIn } from "./metrics-spool.ts";
import { scheduleGaugesIn } from "./metrics-schedules.ts";
import { gaugesIn } from "./metrics-gauges.ts";
import { processFigures, promClient } from "./process-figures.ts";
import { within } from "../base/within.ts";

/** What the metrics are made of. */
export type MeasuredBus = Pick<Bus, "on" | "stats"> & Partial<Pick<Bus, "spool">>;

export interface Metrics {
  /** Everything in Prometheus' text format. Without an answer from Redis, what this process knows by itself, and `busbar_up 0`. */
  text(): Promise<string>;
  /** Of the text. */
  readonly contentType: string;
}

export interface MetricsOptions {
  readonly bus: MeasuredBus;
  readonly logger?: Logger;
  /** Milliseconds for which an answer of Redis is shown again. Default 2,000. */
  readonly keep?: number;
  /** Milliseconds that a scrape waits for Redis. Default 1,500. */
  readonly patience?: number;
}

/**
 * Counts what a bus does in this process from now on, and shows it beside what Redis holds and what the process itself takes
 * (prom-client's `process_*` and `nodejs_*`). Labels are names of the application alone, topics, subscribers, channels and queues:
 * never a recipient, an id or a reason.
 */
export async function createMetrics({ bus, logger = silentLogger, keep = 2_000, patience = 1_500 }: MetricsOptions): Promise<Metrics> {
  const { Registry } = await promClient();
  const registry = new Registry();
  await countInto(registry, bus);
  const show = await gaugesIn(registry);
  const showSchedules = await scheduleGaugesIn(registry);
  const showSpool = await spoolGaugesIn(registry);
  const read = keptFor(keep, () => bus.stats());
  return {
    async text() {
      const stats = await within(patience, read()).catch((error: unknown) => {
        logger.debug({ error: messageOf(error) }, "the metrics are without those of Redis");
        return undefined;
      });
      show(stats);
      showSchedules(stats?.schedules);
      showSpool(bus.spool?.());
      return `${await registry.metrics()}\n${await processFigures()}`;
    },
    contentType: registry.contentType,
  };
}

/** Asks once at a time, and shows an answer again for so many milliseconds. */
function keptFor<Value>(milliseconds: number, ask: () => Promise<Value>): () => Promise<Value> {
  let last: { readonly answer: Promise<Value>; until: number } | undefined;
  return () => {
    if (last !== undefined && performance.now() < last.until) return last.answer;
    const asked = { answer: ask(), until: Infinity };
    last = asked;
    asked.answer.then(
      () => (asked.until = performance.now() + milliseconds),
      () => (asked.until = 0),
    );
    return asked.answer;
  };
}
