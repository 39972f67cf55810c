import type { AudiencePage, Cursor } from "../define/audience.ts";
import type { AudienceTask } from "../define/delivery.ts";
import type { QueuedContent } from "../queues/delivery-queue.ts";

/**
 * An audience on the queue `audiences`, with the place that it has got to. It is saved after each batch, so that whoever takes
 * the job over goes on from there; what was released twice has the same ids.
 */
export interface AudienceRecord extends AudienceTask, QueuedContent {
  readonly id: string;
  /** The partition of the event's log, for the record of what was planned. */
  readonly partition: number;
  /** Undefined: the first page. */
  readonly cursor?: Cursor;
  /** Recipients of this page that were released before. */
  readonly offset: number;
  /** Pages finished, and recipients released, in all. */
  readonly pages: number;
  readonly released: number;
  /** Tries of this page that failed. */
  readonly failures: number;
  /** A cursor seen earlier, moved up whenever the pages reach a power of two: a store that goes round in circles comes by it again (Brent). */
  readonly milestone?: Cursor;
}

/** An audience that nobody has looked up yet. */
export function audienceRecord(task: AudienceTask, partition: number): AudienceRecord {
  return { ...task, partition, offset: 0, pages: 0, released: 0, failures: 0 };
}

/** The record after the page was finished; undefined: that was the last one, which has no `next`, or null or an empty text as many stores give. Pure. */
export function nextPage(record: AudienceRecord, next: AudiencePage["next"]): AudienceRecord | { readonly problem: string } | undefined {
  if (next === undefined || next === null || next === "") return undefined;
  if (typeof next !== "string" && typeof next !== "number")
    return { problem: `next must be text or a number, not ${JSON.stringify(next)}` };
  if (next === record.cursor || next === record.milestone)
    return { problem: `the audience repeats its cursor ${JSON.stringify(String(next).slice(0, 80))}: it would never end` };
  const pages = record.pages + 1;
  const milestone = Number.isInteger(Math.log2(pages)) ? next : record.milestone;
  const { milestone: _, ...rest } = record;
  return { ...rest, cursor: next, offset: 0, failures: 0, pages, ...(milestone === undefined ? {} : { milestone }) };
}

/** The page of the record that says of a route's audience that all its recipients were released, or that it was given up. */
export function endOfAudience(route: string): string {
  return `${route}/end`;
}

/** The page of the record that says of a route's audience that a person has ended it: nothing more of it is released. */
export function cancelledAudience(route: string): string {
  return `${route}/cancelled`;
}
