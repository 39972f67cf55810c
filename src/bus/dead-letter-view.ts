import type { TimelineEntry } from "../workers/ledger.ts";

/** What ended without being sent, wherever it ended. */
export interface DeadLetterView {
  readonly id: string;
  /**
   * A channel, `routing` (an event that could not be planned), `audiences` (recipients that could not be looked up) or `callbacks` (what a
   * provider told later and could not be read or applied).
   */
  readonly queue: string;
  /** Undefined of a callback. */
  readonly subscriber: string | undefined;
  readonly route: string | undefined;
  /** The recipient; undefined where none was planned yet. */
  readonly to: string | undefined;
  /** Undefined where the log entry was no event. */
  readonly event: { readonly id: string; readonly type: string; readonly time: string } | undefined;
  readonly reason: string;
  readonly attempts: number;
  /** When it was queued, and when its last try ended; RFC 3339. */
  readonly firstAt: string;
  readonly lastAt: string;
  readonly stack: readonly string[];
}

/** One dead letter with everything that is known of it. */
export interface DeadLetterDetail extends DeadLetterView {
  /** What was to be sent: a template's data, a webhook's body, or the event that a handler was given or a subscriber could not plan; the body of a callback. */
  readonly data: unknown;
  /** What happened to it, oldest first; empty for what is no delivery. */
  readonly timeline: readonly TimelineEntry[];
}
