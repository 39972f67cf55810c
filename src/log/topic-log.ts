import type { Durability, RedisFacts, Suitability } from "../base/redis-suitability.ts";
import type { EntryPlace } from "./entry-place.ts";
import type { Held, Hold, LogStanding, Loss, SeekOptions, Sought } from "./log-standing.ts";

/**
 * The memory: one log a topic and partition; kept, ordered, replayable.
 *
 * The contract:
 * - An `append` that resolved is in the log, and on as many replicas as are asked for. One that failed may be: append the same event again,
 *   the log keeps one entry an id.
 *   With `LogFull` it is not: memory runs out, and what is left is for those who work the backlog off.
 * - Each group reads every entry from its own position on, at least once: what was read and not acknowledged is read again by
 *   another reader after `minIdle`, and says how often it was handed out.
 * - An entry is never trimmed before every group has acknowledged it, unless a group has had no reader for its grace.
 * - Entries of one partition have an order and a number; a number that is skipped is counted as a gap.
 */
export interface TopicLog {
  /**
   * Looks, once, whether work is safe there.
   * @throws BusbarError `REDIS_UNREACHABLE` or `REDIS_UNSUITABLE`
   */
  check(): Promise<Suitability & { readonly facts: RedisFacts }>;
  /** What has not left when the signal aborts does not leave any more. */
  append(entry: NewEntry, signal?: AbortSignal): Promise<Appended>;
  /** How many partitions a topic has; recorded when the topic is first used. */
  partitions(topic: string): Promise<number>;
  /** All topics that were ever used, whichever application defines them. */
  topics(): Promise<readonly string[]>;
  /** Creates the positions that are missing, and leaves those that exist alone. */
  register(request: RegisterRequest): Promise<readonly Registered[]>;
  /**
   * Looks whether a log and these groups fit together still, and sees to it that they read all that is appended from now on. For every start
   * before `register`, and whenever Redis was away.
   */
  mend(request: MendRequest): Promise<readonly Loss[]>;
  /**
   * Waits until something was appended, and names the topics; empty after some seconds of silence. The first call of a
   * partition answers `all` at once, and so does the first one after its connection was lost: what came before it has to be looked for.
   */
  waitForBell(partition: number, signal: AbortSignal): Promise<readonly string[] | "all">;
  /** Removes readers that left nothing behind and have not been seen for an hour. */
  removeIdleReaders(position: Position): Promise<void>;
  read(position: Position, reader: string, budget: ReadBudget): Promise<LogPage>;
  /** For all positions of one partition: is anything unread, and what did a reader leave behind that is gone? */
  sweep(positions: readonly SweptPosition[], reader: string, options: SweepOptions): Promise<readonly Swept[]>;
  /** Says that entries are still being worked on, so that nobody else takes them. None of them is a suspect: their reader lives with them. */
  keep(position: Position, reader: string, entryIds: readonly string[]): Promise<void>;
  /** Records what became of the entries, then acknowledges them. */
  acknowledge(position: Position, entries: readonly Routed[]): Promise<void>;
  /** Records what was planned later than an entry was acknowledged: a batch of an audience. */
  record(partition: number, record: RoutedRecord): Promise<void>;
  /** What each subscriber made of an event. */
  routed(eventId: string, time: string, partitions: number): Promise<readonly RoutedRecord[]>;
  /** What each of these subscribers made of each of these events, in one partition; nothing of those that are not known to have read it. */
  routedBy(partition: number, asked: RoutedQuestion): Promise<readonly RoutedRecord[]>;
  /** The newest entries, newest first; with `after`, those behind it in the order of `byNewest`. */
  latest(topic: string, partition: number, count: number, after?: EntryPlace): Promise<readonly LogEntry[]>;
  /** A page of entries, oldest first, without touching any position. */
  range(topic: string, partition: number, range: LogRange): Promise<readonly LogEntry[]>;
  /** The oldest and the newest entry of a time; undefined where it holds none. Their numbers tell how many lie between. */
  ends(topic: string, partition: number, range: Pick<LogRange, "from" | "to">): Promise<LogEnds | undefined>;
  /** The entry of an event, wherever in these topics it is; by its id alone as long as appends are remembered (26 h), by its time after that. */
  find(
    eventId: string,
    options: { readonly topics: readonly string[]; readonly time: number | undefined },
  ): Promise<FoundEntry | undefined>;
  /**
   * Entries that were appended with a search value, the newest first, read as they are asked for; those that are no longer in their log
   * are left out. With `after`, those behind it in that order.
   */
  search(value: string, topics: readonly SearchedTopic[], after?: EntryPlace): AsyncIterable<FoundEntry>;
  /** The id of the event that was published with an idempotency key within its window. */
  eventOfKey(idempotencyKey: string, topics: readonly string[]): Promise<string | undefined>;
  /** How far everyone has read. */
  standing(topic: string, partition: number): Promise<LogStanding>;
  /** From now on an entry is not found by these values any more; says by how many of them it was. */
  forgetSearch(
    place: { readonly topic: string; readonly partition: number; readonly entryId: string },
    values: readonly string[],
  ): Promise<number>;
  /** Takes what was said about an event out of its records, since that may quote it: why it was not routed, or a route not taken. Says of how many. */
  forgetReasons(eventId: string, time: string, partitions: number): Promise<number>;
  /** The newest entries and every one that is appended after them, oldest first; ends when `signal` aborts. Nobody's position moves. */
  follow(options: FollowOptions): AsyncIterable<LogEntry>;
  trim(topic: string, partition: number, rule: TrimRule): Promise<Trimmed>;
  /**
   * Keeps a group from reading, for all readers from their next read on, or lets it go on. What they hold already stays theirs. Says how it was held
   * before: who held it up first, since when and why stays until it goes on.
   */
  hold(position: Position, hold: Hold | Held | undefined): Promise<Held | undefined>;
  /** Sets where a group reads on; undefined where there is no such group. What it read and did not acknowledge yet is finished all the same. */
  seek(position: Position, options: SeekOptions): Promise<Sought | undefined>;
  /** Removes a group for good, unless a reader has looked after it since `goneSince` (ms since 1970). */
  remove(position: Position, goneSince: number): Promise<"removed" | "none" | "read">;
  /** Sets the group's position free of readers that left nothing behind. */
  leave(positions: readonly Position[], reader: string): Promise<void>;
  /** True when Redis answers within two seconds. */
  answers(): Promise<boolean>;
  /** What an acknowledged append survives. */
  durability(): Durability | undefined;
  close(): Promise<void>;
}

/** A group's place in the log of one topic and partition. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  /** `<application>.<subscriber>` */
  readonly group: string;
}

export interface NewEntry {
  readonly topic: string;
  /** Chooses the partition: what has the same key stays in order. */
  readonly partitionKey: string;
  readonly eventId: string;
  /** The event's own time, milliseconds since 1970. */
  readonly time: number;
  /** The event as JSON. */
  readonly json: string;
  readonly idempotency?: {
    readonly key: string;
    readonly fingerprint: string;
    /** What the same payload was known by before the keys changed that fingerprints are made with. */
    readonly formerly?: readonly string[];
  };
  /** What the entry is to be found by, and for how long, milliseconds. The values are not kept, only what tells that they were these: `hashed`, they are that. */
  readonly search?: { readonly values: readonly string[]; readonly retain: number; readonly hashed?: true };
}

export interface SearchedTopic {
  readonly name: string;
  /** How far back to look, milliseconds. */
  readonly retain: number;
}

/** The log takes nothing more for now, because memory runs out; trying again at once would give the same answer. */
export class LogFull extends Error {
  override readonly name = "LogFull";
}

export type Appended =
  | { readonly kind: "appended"; readonly eventId: string; readonly entryId: string }
  /** It was in the log already: the same event id, or the same idempotency key with the same payload. */
  | { readonly kind: "repeated"; readonly eventId: string; readonly entryId: string }
  /** The idempotency key was used with another payload. */
  | { readonly kind: "conflict"; readonly eventId: string; readonly fingerprint: string };

export interface RegisterRequest {
  readonly application: string;
  readonly topic: string;
  readonly partition: number;
  readonly groups: readonly string[];
}

export interface Registered {
  readonly group: string;
  /** `exists`: kept as it was. `beginning`: the application's first start on this topic. `end`: a subscriber added later. */
  readonly at: "exists" | "beginning" | "end";
  readonly hold: Hold | undefined;
}

export interface MendRequest extends Pick<RegisterRequest, "topic" | "partition" | "groups"> {
  /** True when the caller has seen all these groups before: one that is gone was lost, and is not new. */
  readonly known: boolean;
  /** Since when it is known what was sent, milliseconds since 1970: a group whose place is lost reads on from here. */
  readonly knownSince: number;
}

export interface ReadBudget {
  readonly events: number;
  readonly bytes: number;
}

export interface LogEntry {
  /** The stream's id. */
  readonly id: string;
  /** The entry's number in its log, from 1. */
  readonly number: number;
  readonly json: string;
  /** How often it was handed out, this time included. */
  readonly deliveries: number;
}

export interface FollowOptions {
  readonly topics: readonly string[];
  /** How many of the newest to begin with. */
  readonly last: number;
  readonly signal: AbortSignal;
}

export interface FoundEntry {
  readonly topic: string;
  readonly partition: number;
  readonly entry: LogEntry;
}

/** Entries that were appended in a time, both ends included, milliseconds since 1970. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
  /** Only entries behind the one of this id. */
  readonly after?: string | undefined;
  readonly count: number;
}

export interface RoutedQuestion {
  readonly events: readonly { readonly id: string; readonly time: string }[];
  readonly subscribers: readonly string[];
  /** Besides what came of the entry itself, records of these names. Default: none. */
  readonly pages?: readonly string[];
}

export interface LogEnds {
  readonly first: LogEntry;
  readonly last: LogEntry;
}

export interface LogPage {
  readonly entries: readonly LogEntry[];
  /** Entries that were trimmed or deleted before this group read them. */
  readonly gap: number;
  /** The budget ended the page: there is probably more. */
  readonly more: boolean;
  /** Nothing is read: the group is paused or draining. */
  readonly held: boolean;
}

export interface SweptPosition extends Position {
  /** False: it is looked after, and nothing is taken over for it, because its reader has as much in hand as it may. Default true. */
  readonly takes?: boolean;
}

export interface SweepOptions {
  /** Take over what its reader has not touched for so many milliseconds. */
  readonly minIdle: number;
  /** At most so many a position. */
  readonly limit: number;
  /** With this many hand-outs an entry is a suspect: taken last, and from the next one on alone of all positions, so that only a culprit's count goes on growing. */
  readonly suspectFrom: number;
  /** At most so many suspects at once, of all positions, that have not been taken as such before. */
  readonly suspectsTogether: number;
}

export interface Swept {
  readonly position: Position;
  readonly unread: boolean;
  readonly taken: readonly LogEntry[];
  /** Entries that were deleted from the log while somebody held them. */
  readonly gap: number;
}

export interface Routed {
  readonly entryId: string;
  readonly record?: RoutedRecord;
}

/** What a subscriber made of an event: the deliveries it planned, or why it could not. Its number is what the counts start from. */
export interface RoutedRecord {
  readonly eventId: string;
  readonly time: string;
  readonly subscriber: string;
  readonly deliveries: readonly RoutedDelivery[];
  /**
   * Names a batch of an audience, whose deliveries come after those of the entry: `<route>/<recipients before it>`, and `<route>/end` behind the
   * last one; or the replay that added them: `replay/<its id>`, and `again/<its id>` where their ids are not those of live routing.
   */
  readonly page?: string;
  /** Audiences that are looked up page by page. */
  readonly audiences?: readonly { readonly id: string; readonly route: string }[];
  /** Routes that were not taken, with the reason. */
  readonly skipped?: readonly { readonly route: string; readonly reason: string }[];
  /** Why the event is on the queue `routing` instead. */
  readonly problem?: string;
}

export interface RoutedDelivery {
  readonly id: string;
  readonly route: string;
  readonly channel: string;
  /** Of a later step of a `firstOf`: the route before it. */
  readonly after?: string;
}

export interface TrimRule {
  /** Entries younger than this stay, milliseconds. */
  readonly retain: number;
  /** The oldest go while the log takes more memory than this, bytes. */
  readonly retainBytes: number;
  /** A group without a reader for so long does not hold the log any more, milliseconds. */
  readonly grace: number;
}

export interface Trimmed {
  readonly removed: number;
  /** The slowest group, if it alone keeps entries that are past their time. */
  readonly heldBy: string | undefined;
  /** Groups that no longer hold the log, seen for the first time. */
  readonly abandoned: readonly string[];
}
