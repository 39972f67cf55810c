import type { PartCounts, ReplayCounts } from "../../router/replay-counts.ts";
import type { By } from "../by.ts";
import type { ReplayMode } from "./replay-mode.ts";
import type { TimeRange } from "./range.ts";

/**
 * - `running`: whoever gets to it works on it: the process that began it, else one with a router;
 * - `paused`: nobody does until it is resumed;
 * - `finished`, `cancelled`: its ends.
 */
export type ReplayState = "running" | "paused" | "finished" | "cancelled";

/** What a replay is of, as it is stored when it begins. It does not change. */
export interface ReplaySpec extends TimeRange {
  readonly id: string;
  readonly mode: ReplayMode;
  readonly topics: readonly string[];
  /** By their oldest names. */
  readonly subscribers: readonly string[];
  /** By their oldest names; undefined: all. */
  readonly routes?: readonly string[];
  /** A pattern as JSON. */
  readonly filter?: string;
  /** Deliveries a second. */
  readonly pace?: number;
  readonly reason?: string;
  readonly actor?: string;
  /** When it was asked for, milliseconds since 1970; in mode `again` the epoch of its ids too. */
  readonly created: number;
  /** Events that it is to read. */
  readonly total: number;
}

/** How far it is. */
export interface ReplayProgress {
  readonly counts: ReplayCounts;
  readonly parts: readonly PartCounts[];
  readonly firstProblem?: string;
  /** When the last run began, and how many events were read before it, milliseconds since 1970. */
  readonly run?: { readonly since: number; readonly events: number };
  /** When this was written. */
  readonly at?: number;
}

/** One act of a person, or its end. */
export interface ReplayAct extends By {
  readonly at: number;
  readonly verb: "begun" | "paused" | "resumed" | "cancelled" | "finished";
}

/** A replay as it is stored. */
export interface StoredReplay {
  readonly spec: ReplaySpec;
  readonly state: ReplayState;
  readonly progress: ReplayProgress;
  readonly acts: readonly ReplayAct[];
  /** Why the last run of it ended before its time; it is tried again. */
  readonly trouble?: string;
}

/** A replay's place among all: when it was asked for (ms), and its id. */
export type ReplayPlace = readonly [created: number, id: string];

/** Where replays are stored, so that any process can go on with one that was cut off. */
export interface ReplayStore {
  /** Stores one that begins; or says which other replay of one of its subscribers is not at its end. */
  begin(spec: ReplaySpec, progress: ReplayProgress): Promise<{ readonly busy: string } | undefined>;
  find(id: string): Promise<StoredReplay | undefined>;
  /** The newest first; those that come after a place in that order. */
  list(page: { readonly count: number; readonly after?: ReplayPlace | undefined }): Promise<readonly StoredReplay[]>;
  /** Those that are to be worked on, and the operations on dead letters that are: both are found with one look. */
  running(): Promise<readonly string[]>;
  /** The places that it has got to: `<topic> <partition>` → entry id. */
  places(id: string): Promise<ReadonlyMap<string, string>>;
  /** Notes a place and how far it is, and says in which state it is. */
  save(
    id: string,
    place: { readonly of: string; readonly after: string } | undefined,
    progress: ReplayProgress,
  ): Promise<ReplayState | undefined>;
  state(id: string): Promise<ReplayState | undefined>;
  trouble(id: string, text: string): Promise<void>;
  /** Changes its state, where it is in one of `from`; says in which it was. */
  turn(
    id: string,
    change: { readonly from: readonly ReplayState[]; readonly to: ReplayState; readonly act: ReplayAct },
  ): Promise<ReplayState | undefined>;
}
