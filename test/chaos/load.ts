import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { timeOrderedId } from "../../src/base/ids.ts";
import { BusbarError } from "../../src/index.ts";
import type { ChaosBus, Trap } from "./domain.ts";
import type { Sabotage } from "./sabotage.ts";

/** An event that was to be published. */
export interface Intent {
  readonly number: number;
  readonly id: string;
  readonly trap?: Trap;
  /** When `publishEvent` returned, milliseconds since 1970. */
  acknowledgedAt?: number;
}

export interface LoadOptions {
  readonly bus: ChaosBus;
  readonly count: number;
  readonly perSecond: number;
  readonly firstNumber?: number;
  /** A file that intents and acknowledgements are written to, one line each. */
  readonly logFile: string;
  readonly trapOf?: (number: number) => Trap | undefined;
  readonly sabotage?: Sabotage | undefined;
  /** A publish that is not acknowledged for so long, milliseconds, is left as it is: it may arrive or not. Default: it fails the run after two minutes. */
  readonly leaveAfter?: number;
}

export interface Load {
  readonly intents: readonly Intent[];
  /** Resolves when so many events of this load are acknowledged. */
  reached(count: number): Promise<void>;
  /** The longest that one call of `publishEvent` took to answer, whatever it answered; milliseconds. */
  slowest(): number;
  readonly done: Promise<void>;
}

const sabotageEvery = 500;
const giveUpMs = 120_000;
/** Thousands that try again all the time would be an attack of their own. */
const longestPauseMs = 2_000;

/** Publishes at a steady rate, whatever becomes of the events before; a publish that throws is repeated with the same id. */
export function startLoad({ bus, count, perSecond, firstNumber = 1, logFile, trapOf, sabotage, leaveAfter }: LoadOptions): Load {
  const intents: Intent[] = [];
  let acknowledged = 0;
  let slowest = 0;
  let waiting: { readonly count: number; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];

  const timed = async (call: () => Promise<unknown>): Promise<void> => {
    const asked = performance.now();
    await call().finally(() => (slowest = Math.max(slowest, performance.now() - asked)));
  };

  const publish = async (intent: Intent): Promise<void> => {
    const { id, number, trap } = intent;
    const payload = { number, ...(trap === undefined ? {} : { trap }) };
    const patience = leaveAfter ?? giveUpMs;
    const sabotaged = number % sabotageEvery === 0 ? sabotage : undefined;
    if (sabotaged !== "acknowledge-first")
      await untilAcknowledged(() => timed(() => bus.publishEvent.orderPlaced(payload, { id })), patience);
    if (sabotaged === "publish-twice") await untilAcknowledged(() => timed(() => bus.publishEvent.orderPlaced(payload)), patience);
    intent.acknowledgedAt = Date.now();
    acknowledged += 1;
    for (const waiter of waiting) if (waiter.count <= acknowledged) waiter.resolve();
    waiting = waiting.filter((waiter) => waiter.count > acknowledged);
  };

  const run = async (): Promise<void> => {
    const started = performance.now();
    const publishing = new Set<Promise<void>>();
    const failures: unknown[] = [];
    while (intents.length < count && failures.length === 0) {
      const due = Math.min(count, Math.ceil(((performance.now() - started) / 1_000) * perSecond));
      while (intents.length < due) {
        const number = firstNumber + intents.length;
        const trap = trapOf?.(number);
        const intent: Intent = { number, id: timeOrderedId(Date.now()), ...(trap === undefined ? {} : { trap }) };
        intents.push(intent);
        const published = publish(intent)
          .catch((error: unknown) => leaveAfter ?? failures.push(error))
          .then(() => void publishing.delete(published));
        publishing.add(published);
      }
      await pause(5);
    }
    await Promise.all(publishing);
    appendFileSync(logFile, intents.map((intent) => `${JSON.stringify(intent)}\n`).join(""));
    if (failures.length > 0) throw failures[0];
  };

  const done = run();
  // Whoever waits for what is not acknowledged any more hears of it.
  done.catch((error: unknown) => {
    for (const waiter of waiting) waiter.reject(error);
  });
  return {
    intents,
    slowest: () => slowest,
    reached: (wanted) =>
      wanted <= acknowledged ? Promise.resolve() : new Promise((resolve, reject) => waiting.push({ count: wanted, resolve, reject })),
    done,
  };
}

async function untilAcknowledged(publish: () => Promise<unknown>, patience: number): Promise<void> {
  const giveUpAt = performance.now() + patience;
  let between = 50;
  for (;;) {
    try {
      await publish();
      return;
    } catch (error) {
      if (!(error instanceof BusbarError && error.code === "PUBLISH_FAILED") || performance.now() > giveUpAt) throw error;
      await pause(between);
      between = Math.min(between * 2, longestPauseMs);
    }
  }
}
