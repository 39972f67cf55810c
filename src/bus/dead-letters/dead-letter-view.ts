import type { ReasonClass } from "../../queues/dead-letter-index.ts";
import type { TimelineEntry } from "../../workers/ledger.ts";

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
  /**
   * `refused` (known when it was planned), `unrenderable`, `rejected` (by the provider, or by the code that handles it), `exhausted` (its last
   * attempt failed) or `poison` (its workers died).
   */
  readonly reasonClass: ReasonClass;
  /** The same for all errors of one cause: it names their group. */
  readonly fingerprint: string;
  readonly attempts: number;
  /** When it was queued, and when its last try ended; RFC 3339. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** Which build tried it last, such as `shop@1.4.2,busbar@0.1.0`; undefined where none did, or it is not known. */
  readonly build: string | undefined;
  readonly stack: readonly string[];
}

/** A page of dead letters, the newest first. */
export interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetterView[];
  /** The `cursor` of the next page; absent on the last one. */
  readonly next?: string;
}

/** One dead letter with everything that is known of it. */
export interface DeadLetterDetail extends DeadLetterView {
  /** What was to be sent: a template's data, a webhook's body, or the event that a handler was given or a subscriber could not plan; the body of a callback. */
  readonly data: unknown;
  /**
   * The message that this build's templates make of the data now, by its fields, or why they make none. What the tries had made is not kept: another
   * build, or the data before an edit, may have said something else. Undefined of what is no message.
   */
  readonly rendered: { readonly fields: Readonly<Record<string, string>> } | { readonly problem: string } | undefined;
  /** What happened to it, each try with what its provider answered, oldest first; known for 96 h, and empty for what is no delivery. */
  readonly timeline: readonly TimelineEntry[];
}

/** Dead letters of one cause. */
export interface DeadLetterGroup {
  readonly fingerprint: string;
  readonly count: number;
  /** When the last try of the oldest one, and of the newest one, ended; RFC 3339. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** Those that it stands on, the most frequent first. */
  readonly queues: readonly string[];
  readonly subscribers: readonly string[];
  readonly topics: readonly string[];
  readonly reasonClass: ReasonClass;
  /** The error of the sample without what varies: ids, numbers, addresses, what is quoted. */
  readonly error: string;
  /** The newest of them; undefined where it was taken away just now. */
  readonly sample: DeadLetterView | undefined;
}

export interface DeadLetterGroups {
  /** The largest first. */
  readonly groups: readonly DeadLetterGroup[];
  /** Dead letters in all that are meant, those of groups that are left out too. */
  readonly total: number;
  /** How many groups were left out. */
  readonly more: number;
}

/** How many dead letters there are of one place and class. */
export interface DeadLetterPart {
  readonly queue: string;
  readonly subscriber: string;
  readonly reasonClass: ReasonClass;
  readonly count: number;
}

/** What a bulk verb would come to. */
export interface DeadLetterPreview {
  readonly total: number;
  /** The largest first. */
  readonly parts: readonly DeadLetterPart[];
  /** The newest ten. */
  readonly samples: readonly DeadLetterView[];
}
