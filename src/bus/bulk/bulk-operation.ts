import type { LetterPlace } from "../../queues/dead-letter-index.ts";
import type { By } from "../by.ts";
import type { DeadLetterFilter } from "../dead-letters/dead-letter-filter.ts";

export type BulkVerb = "redrive" | "discard";

/**
 * - `running`: whoever gets to it works on it: the process that began it, else one with a router;
 * - `finished`, `cancelled`: its ends.
 */
export type BulkState = "running" | "finished" | "cancelled";

/** What an operation is of, as it is stored when it begins. It does not change. */
export interface BulkSpec extends By {
  readonly id: string;
  readonly verb: BulkVerb;
  readonly filter: DeadLetterFilter;
  /** When it was asked for, milliseconds since 1970: what dies later is not meant. */
  readonly created: number;
  /** Dead letters a second. */
  readonly pace?: number;
  /** Dead letters that were meant when it began. */
  readonly total: number;
}

/** How far it is. */
export interface BulkProgress {
  /** Queued again, or given up. */
  readonly done: number;
  /** Of a redrive: sent meanwhile, so that nothing was sent. */
  readonly sent: number;
  /** Left as they were, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** The place in the list that it has got to. */
  readonly after?: LetterPlace;
}

export const nothingDone: BulkProgress = { done: 0, sent: 0, refused: {} };

export interface StoredBulk {
  readonly spec: BulkSpec;
  readonly state: BulkState;
  readonly progress: BulkProgress;
  /** When it came to its end, milliseconds since 1970. */
  readonly ended?: number;
  /** Why the last run of it ended before its time; it is tried again. */
  readonly trouble?: string;
}

/** When one was asked for (ms), and its id. */
export type BulkPlace = readonly [created: number, id: string];

/** Where operations on dead letters are stored, so that any process can go on with one that was cut off. */
export interface BulkStore {
  begin(spec: BulkSpec): Promise<void>;
  find(id: string): Promise<StoredBulk | undefined>;
  /** The newest first; those that come after a place in that order. */
  list(page: { readonly count: number; readonly after?: BulkPlace | undefined }): Promise<readonly StoredBulk[]>;
  /** Notes how far it is, and says in which state it is. */
  save(id: string, progress: BulkProgress): Promise<BulkState | undefined>;
  state(id: string): Promise<BulkState | undefined>;
  trouble(id: string, text: string): Promise<void>;
  /** Ends it, unless it has ended; says whether it had not. */
  end(id: string, state: "finished" | "cancelled"): Promise<boolean>;
}

/** The ids of operations begin with it: they are told from replays by it. */
export const bulkIds = "dl_";
