import { shortHash } from "../base/ids.ts";
import { resolvePolicy } from "../define/policy.ts";
import type { NewerVersion } from "../define/upcast.ts";
import type { QueuedContent } from "../queues/delivery-queue.ts";

/**
 * An event that a subscriber could not route: a job on the queue `routing`, planned again with backoff, then a dead letter
 * there. The log goes on without it.
 */
export interface RoutingRecord extends QueuedContent {
  readonly subscriber: string;
  readonly topic: string;
  readonly partition: number;
  readonly entryId: string;
  /** The log entry as it was, which may be no event at all. */
  readonly json: string;
  readonly reason: string;
  /** It killed its routers: it is never planned again by itself. */
  readonly poison: boolean;
  /** A newer build wrote it: it waits, and burns no attempt, until a process takes it that knows its version. */
  readonly newer?: NewerVersion;
  /** How long it waited last, milliseconds. */
  readonly waited?: number;
}

const policy = resolvePolicy({ priority: "normal", retry: { attempts: 4, delay: "5s", factor: 4 } });

/** A process that knows its version may come soon, or after days. */
const waits = { first: 5_000, longest: 300_000 } as const;

/** The record, waiting for a newer process: each wait is twice the one before. Pure. */
export function waitLonger(record: RoutingRecord, newer: NewerVersion): RoutingRecord & { readonly waited: number } {
  const waited = record.waited === undefined ? waits.first : Math.min(record.waited * 2, waits.longest);
  return { ...record, newer, waited };
}

/** The record of an entry and subscriber; its id is always the same, so that two routers make one record. */
export function routingRecord(record: Omit<RoutingRecord, "id" | "policy"> & { readonly application: string }): RoutingRecord {
  const { application, ...rest } = record;
  return { ...rest, policy, id: routingId({ application, ...rest }) };
}

/** @param place.subscriber by its oldest name */
export function routingId({
  application,
  subscriber,
  topic,
  partition,
  entryId,
}: Pick<RoutingRecord, "subscriber" | "topic" | "partition" | "entryId"> & { readonly application: string }): string {
  return `r_${shortHash(JSON.stringify([application, subscriber, topic, partition, entryId]))}`;
}
