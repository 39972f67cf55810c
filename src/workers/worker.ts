import type { Delivery } from "../define/delivery.ts";
import { startDeadLetterExpiry } from "../queues/dead-letter-expiry.ts";
import type { DeliveryQueue, QueueWorker } from "../queues/delivery-queue.ts";
import type { Locks } from "../base/redis-locks.ts";
import type { Pace } from "../base/pace.ts";
import type { Rounds } from "../base/rounds.ts";
import { deliver, type DeliverOptions } from "./deliver.ts";

export interface WorkerOptions extends DeliverOptions {
  readonly queue: DeliveryQueue<Delivery>;
  readonly locks: Locks;
  readonly pace: Pace;
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

/** The worker of one channel in this process. */
export function createWorker(options: WorkerOptions): Worker {
  const { channel, queue, concurrency, rateLimit, observe } = options;
  let running: QueueWorker | undefined;
  let expiry: Rounds | undefined;

  return {
    async start() {
      await queue.setRateLimit(rateLimit);
      running = queue.work(deliver(options), { concurrency, onGivenUp: (delivery, reason) => observe("dead", { delivery, reason }) });
      await running.ready();
      expiry = startDeadLetterExpiry({ ...options, keep: options.keepDeadLetters, every: options.pace.rounds });
    },
    async stop(deadline) {
      await expiry?.stop();
      await running?.stop(deadline);
      await channel.close();
    },
  };
}
