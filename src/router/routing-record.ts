import { shortHash } from "../base/ids.ts";
import { resolvePolicy } from "../define/policy.ts";
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
}

const policy = resolvePolicy({ priority: "normal", retry: { attempts: 4, delay: "5s", factor: 4 } });

/** The record of an entry and subscriber; its id is always the same, so that two routers make one record. */
export function routingRecord(record: Omit<RoutingRecord, "id" | "policy"> & { readonly application: string }): RoutingRecord {
  const { application, ...rest } = record;
  return {
    ...rest,
    policy,
    id: `r_${shortHash(JSON.stringify([application, rest.subscriber, rest.topic, rest.partition, rest.entryId]))}`,
  };
}
