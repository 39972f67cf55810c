import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Locks } from "../base/locks.ts";
import { type Rounds, startRounds } from "../base/rounds.ts";
import type { Observe } from "../define/observation.ts";
import type { DeliveryQueue, QueuedContent } from "./delivery-queue.ts";

export interface DeadLetterExpiryOptions<Content extends QueuedContent> {
  readonly queue: DeliveryQueue<Content>;
  /** Milliseconds that a dead letter is kept. */
  readonly keep: number;
  readonly locks: Locks;
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** BullMQ would drop old dead letters in silence; this removes them, and says so. */
export function startDeadLetterExpiry<Content extends QueuedContent>(options: DeadLetterExpiryOptions<Content>): Rounds {
  const { queue, keep, locks, every, clock, observe, logger } = options;
  return startRounds({
    name: `dead-letters-${queue.name}`,
    locks,
    every,
    async work() {
      const count = await queue.expireDeadLetters(clock.now() - keep);
      if (count === 0) return;
      logger.warn({ queue: queue.name, count }, "dead letters were removed because they are past their time");
      observe("deadLettersExpired", { queue: queue.name, count });
    },
    onError: (error) => logger.warn({ queue: queue.name, error: messageOf(error) }, "dead letters could not be looked through"),
  });
}
