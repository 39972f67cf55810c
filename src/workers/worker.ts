import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { pause } from "../base/pause.ts";
import type { Delivery } from "../define/delivery.ts";
import type { DeliveryQueue, QueueWorker } from "../queues/delivery-queue.ts";
import type { Locks } from "../base/redis-locks.ts";
import { deliver, type DeliverOptions } from "./deliver.ts";

export interface WorkerOptions extends DeliverOptions {
  readonly queue: DeliveryQueue<Delivery>;
  readonly locks: Locks;
  readonly concurrency: number;
  /** Sends in each `per` milliseconds over all processes, or no limit. */
  readonly rateLimit: { readonly max: number; readonly per: number } | false;
  /** Dead letters are removed after so many milliseconds, counted and announced. */
  readonly keepDeadLetters: number;
}

export interface Worker {
  start(): Promise<void>;
  /** Takes no more deliveries and finishes those under way, for at most so many milliseconds. */
  stop(deadline: number): Promise<void>;
}

const roundMs = 60_000;

/** The worker of one channel in this process. */
export function createWorker(options: WorkerOptions): Worker {
  const { channel, queue, concurrency, rateLimit, observe } = options;
  const stopping = new AbortController();
  let running: QueueWorker | undefined;
  let expiry: Promise<void> | undefined;

  return {
    async start() {
      await queue.setRateLimit(rateLimit);
      running = queue.work(deliver(options), { concurrency, onGivenUp: (delivery, reason) => observe("dead", { delivery, reason }) });
      await running.ready();
      expiry = expireDeadLetters(options, stopping.signal);
    },
    async stop(deadline) {
      stopping.abort();
      await expiry;
      await running?.stop(deadline);
      await channel.close();
    },
  };
}

/** BullMQ would drop old dead letters in silence; this removes them, one process at a time, and says so. */
async function expireDeadLetters(
  { queue, locks, clock, keepDeadLetters, observe, logger }: WorkerOptions & { readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if ((await locks.acquire(`dead-letters-${queue.name}`, roundMs - 1_000)) !== undefined) {
        const count = await queue.expireDeadLetters(clock.now() - keepDeadLetters);
        if (count > 0) {
          logger.warn({ queue: queue.name, count }, "dead letters were removed because they are past their time");
          observe("deadLettersExpired", { queue: queue.name, count });
        }
      }
    } catch (error) {
      logger.warn({ queue: queue.name, error: messageOf(error) }, "dead letters could not be looked through");
    }
    await pause(roundMs, signal);
  }
}
