/** How far everyone has read a log. */
export interface LogStanding {
  /** Events numbered so far: the number of the newest. */
  readonly published: number;
  /** Entries that the log holds now. */
  readonly held: number;
  /** The id that the log gave last. */
  readonly lastId: string;
  /** The same as it was noted beside the log; undefined where nothing was appended yet. A later one than `lastId`: the log lost entries. */
  readonly notedId: string | undefined;
  /** How often something was found lost here (see {@link Loss}), ever, and when that was last, milliseconds since 1970. */
  readonly losses: number;
  readonly lostAt: number | undefined;
  readonly groups: readonly GroupStanding[];
}

export interface GroupStanding {
  /** `<application>.<subscriber>` */
  readonly group: string;
  /** The number of the entry that it read last. */
  readonly read: number;
  /** The id of the entry that was handed out last. A later one than the log's `lastId` would keep it from what comes. */
  readonly deliveredId: string;
  /** Entries read and not acknowledged. */
  readonly pending: number;
  /** Entries that it never got to see. */
  readonly gaps: number;
  /** Milliseconds since the oldest entry that it has not read was appended; undefined where it has read all. */
  readonly oldestAge: number | undefined;
  /** When a router last looked after it, milliseconds since 1970. */
  readonly seen: number | undefined;
  readonly held: Held | undefined;
  /** When a person last set where it reads on, milliseconds since 1970, and what that meant. */
  readonly moved: { readonly at: number; readonly skipped: number; readonly again: number } | undefined;
}

/**
 * What keeps a group from reading: `paused` also leaves alone what a reader that is gone left behind, `draining` lets that be finished.
 */
export type Hold = "paused" | "draining";

export interface Held {
  readonly hold: Hold;
  /** Milliseconds since 1970: when it was first held up, whoever has changed how since. */
  readonly since: number;
  /** Who held it up first, and why, as far as that is known. */
  readonly by?: string;
  readonly reason?: string;
}

/** Where a group is to read on: with what comes, with the oldest entry, or with what was appended since a time (ms since 1970). */
export type SeekTarget = "now" | "beginning" | number;

export interface SeekOptions {
  readonly to: SeekTarget;
  /** Since when it is known what was sent, milliseconds since 1970. */
  readonly knownSince: number;
  /** False: only looks. */
  readonly move: boolean;
}

/** What a new place means for a group; entries that were trimmed meanwhile are counted too. */
export interface Sought {
  /** Events that it has read and will read again. */
  readonly again: number;
  /** Events that it has not read and passes over. */
  readonly skipped: number;
  /** Those read again that are older than it is known what was sent. */
  readonly forgotten: number;
}

/**
 * What no log does by itself, and was mended:
 * - `ids`: the log had given later ids than it knows: it was deleted, or restored alone from an older backup;
 * - `numbers`: its count of events, or a group's, had fallen behind its entries;
 * - `lost`: a group was gone; `ahead`: it stood behind the log's last id; `back`: it stood before what it had read. It reads again what
 *   is younger than it is known what was sent.
 */
export interface Loss {
  readonly kind: "ids" | "numbers" | "lost" | "ahead" | "back";
  readonly group: string | undefined;
  /** Events that the group reads again. */
  readonly again: number;
}
