import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import type { Locks } from "../base/redis-locks.ts";
import type { Observe } from "../define/observation.ts";
import type { DeliveryQueue, QueuedContent } from "./delivery-queue.ts";

export interface DeadLetterExpiryOptions<Content extends QueuedContent> {
  readonly queue: DeliveryQueue<Content>;
  /** Milliseconds that a dead letter is kept. */
  readonly keep: number;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

const roundMs = 60_000;

/** BullMQ would drop old dead letters in silence; this removes them, one process at a time, and says so. */
export function startDeadLetterExpiry<Content extends QueuedContent>(options: DeadLetterExpiryOptions<Content>): { stop(): Promise<void> } {
  const { queue, keep, locks, clock, observe, logger } = options;
  const stopping = new AbortController();

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        // The lock runs out by itself: whoever takes it next has the next round.
        if ((await locks.acquire(`dead-letters-${queue.name}`, roundMs - 1_000)) !== undefined) {
          const count = await queue.expireDeadLetters(clock.now() - keep);
          if (count > 0) {
            logger.warn({ queue: queue.name, count }, "dead letters were removed because they are past their time");
            observe("deadLettersExpired", { queue: queue.name, count });
          }
        }
      } catch (error) {
        logger.warn({ queue: queue.name, error: messageOf(error) }, "dead letters could not be looked through");
      }
      await pause(roundMs, stopping.signal);
    }
  };
  const running = run();

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
