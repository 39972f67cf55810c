import type { Duration } from "../base/duration.ts";
import { milliseconds } from "../base/duration.ts";
import type { Logger } from "../base/logger.ts";
import type { RegisteredPublishEvent, Services } from "./register.ts";

/** How far a handler is. */
export interface Progress {
  readonly done: number;
  /** Undefined where nobody knows. */
  readonly total?: number;
  /** One short sentence for people. */
  readonly note?: string;
}

/** Verbs of the channels that a handler may need: those of `bus.channels`. */
export interface HandlerChannels {
  /**
   * Forgets finished deliveries of a channel, or of `all`, that ended at least so long ago, and says how many. Dead letters stay.
   * @throws BusbarError `UNKNOWN_QUEUE`
   */
  clean(name: string, options?: { readonly olderThan?: Duration }): Promise<number>;
}

/** What a handler is given besides the event. */
export interface HandlerContext {
  /** What the application handed to `createBus`. */
  readonly services: Services;
  /** Aborts when the handler's time is over, or its delivery was given to another worker. A stop of the process waits 15 s and does not abort it. */
  readonly signal: AbortSignal;
  /** The bus's logger, for this delivery. Opened secrets of the event are `[secret]` in its lines; of a topic with marks, addresses and phone numbers are masked too. */
  readonly log: Logger;
  /** Says how far it is, for people who look. Cheap; calls that come faster than four a second are drawn together. */
  readonly progress: (progress: Progress) => void;
  /**
   * Publishes with the event as its cause. The same payload from the same delivery is one event, however often the handler is
   * tried again; give an `idempotencyKey` of your own where two tries make different payloads.
   */
  readonly publishEvent: RegisteredPublishEvent;
  /** For a schedule of a clean-up. */
  readonly channels: HandlerChannels;
  readonly deliveryId: string;
  /** Which try this is, from 1. */
  readonly attempt: number;
}

/**
 * Thrown by a handler: trying again would not help. The delivery becomes a dead letter at once.
 */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
}

/**
 * Thrown by a handler: not now. The delivery comes back after the given time, and no attempt is burned.
 * @throws BusbarError `INVALID_CONFIGURATION` when the time is no duration
 */
export class RetryLater extends Error {
  override readonly name = "RetryLater";
  /** Milliseconds. */
  readonly after: number;

  constructor(after: Duration, reason = "the handler asked to be called later", options: { readonly cause?: unknown } = {}) {
    super(reason, options);
    this.after = milliseconds(after, "RetryLater");
  }
}
