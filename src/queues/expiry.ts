import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Locks } from "../base/locks.ts";
import { type Rounds, startRounds } from "../base/rounds.ts";
import type { Observe } from "../define/observation.ts";
import type { DeliveryQueue, QueuedContent } from "./delivery-queue.ts";

export interface ExpiryOptions<Content extends QueuedContent> {
  readonly queue: DeliveryQueue<Content>;
  /** Milliseconds that a dead letter is kept. */
  readonly keepDeadLetters: number;
  /** Milliseconds that a finished job is kept. */
  readonly keepFinished: number;
  readonly locks: Locks;
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

/**
 * Removes what is past its time. BullMQ would drop old dead letters in silence; this says so. Old finished jobs it drops only when another
 * one finishes, so that those of a channel that has nothing to do any more would stay.
 */
export function startExpiry<Content extends QueuedContent>(options: ExpiryOptions<Content>): Rounds {
  const { queue, keepDeadLetters, keepFinished, locks, every, clock, observe, logger } = options;
  return startRounds({
    name: `dead-letters-${queue.name}`,
    locks,
    every,
    async work() {
      // When a job ended is BullMQ's to say, by the wall clock.
      const before = { dead: clock.now() - keepDeadLetters, finished: Date.now() - keepFinished };
      const past = await queue.pastKeeping(before);
      if (past.finished > 0) await queue.clean(before.finished);
      if (past.dead === 0) return;
      const count = await queue.expireDeadLetters(before.dead);
      if (count === 0) return;
      logger.warn({ queue: queue.name, count }, "dead letters were removed because they are past their time");
      observe("deadLettersExpired", { queue: queue.name, count });
    },
    onError: (error) => logger.warn({ queue: queue.name, error: messageOf(error) }, "what is past its time could not be looked for"),
  });
}
