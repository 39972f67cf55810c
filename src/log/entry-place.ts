import { newerId } from "./entry-id.ts";

/** Where an entry is. */
export interface EntryPlace {
  readonly topic: string;
  readonly partition: number;
  readonly entryId: string;
}

type Log = Pick<EntryPlace, "topic" | "partition">;

/**
 * The order of the entries of several logs: the newest first, and by topic and partition where they have the same id. No two entries
 * have the same place in it, and none ever moves. Pure.
 */
export function byNewest(a: EntryPlace, b: EntryPlace): number {
  if (a.entryId !== b.entryId) return newerId(a.entryId, b.entryId) ? -1 : 1;
  return isLaterLog(a, b) ? 1 : isLaterLog(b, a) ? -1 : 0;
}

/** Where XREVRANGE begins to find, in one log, what comes after a place in the order of {@link byNewest}. Pure. */
export function newestAfter(place: EntryPlace | undefined, log: Log): string {
  if (place === undefined) return "+";
  return isLaterLog(log, place) ? place.entryId : `(${place.entryId}`;
}

/** Whether a value is a place, whoever made it. Pure. */
export function isEntryPlace(value: unknown): value is EntryPlace {
  if (typeof value !== "object" || value === null) return false;
  const { topic, partition, entryId } = value as Partial<Record<keyof EntryPlace, unknown>>;
  return typeof topic === "string" && Number.isSafeInteger(partition) && typeof entryId === "string" && /^\d{1,20}-\d{1,20}$/.test(entryId);
}

function isLaterLog(one: Log, other: Log): boolean {
  return one.topic === other.topic ? one.partition > other.partition : one.topic > other.topic;
}
