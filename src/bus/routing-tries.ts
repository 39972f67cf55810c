import type { Catalog } from "../define/catalog.ts";
import { decodeEvent } from "../define/event.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { DeliveryQueue, FoundJob } from "../queues/delivery-queue.ts";
import { routingId, type RoutingRecord } from "../router/routing-record.ts";

type RoutingQueue = DeliveryQueue<RoutingRecord>;

/** How it stands with an event that a subscriber's code could not plan: its job on the queue `routing`. */
export interface RoutingTries {
  /** Of the job, and of the dead letter that it becomes. */
  readonly id: string;
  /** `dead`: a dead letter of `routing`, until a person decides. Else it is planned again by itself: `active` now, `waiting` as soon as a router takes it, `delayed` at `next`. */
  readonly state: Exclude<FoundJob<unknown>["state"], "completed">;
  /** Tries that failed there, after that of the router. */
  readonly made: number;
  /** It is a dead letter after so many. */
  readonly most: number;
  /** What went wrong last. */
  readonly reason: string;
  /** When it is tried again, RFC 3339. */
  readonly next?: string;
}

/** An event that is planned again by itself. What went wrong is told by its trace, which knows what of it is personal. */
export interface UnplannedEvent extends Omit<RoutingTries, "reason" | "id"> {
  readonly topic: string;
  /** Absent where the log's entry is no event. */
  readonly event?: string;
  readonly subscriber: string;
}

export interface TriesOptions {
  readonly application: string;
  /** All topics. */
  readonly names: readonly string[];
  readonly log: Pick<TopicLog, "find">;
  readonly routing: () => RoutingQueue;
}

/** Finds how it stands with an event that a subscriber could not plan; undefined where the queue holds nothing of it any more. */
export function triesReader({ application, names: topics, log, routing }: TriesOptions) {
  return async (event: { readonly id: string; readonly time: string }, subscriber: string): Promise<RoutingTries | undefined> => {
    const found = await log.find(event.id, { topics, time: Date.parse(event.time) });
    if (found === undefined) return undefined;
    const { topic, partition, entry } = found;
    const job = await routing().find(routingId({ application, subscriber, topic, partition, entryId: entry.id }));
    return job && triesOf(job);
  };
}

/** Some of the events that are planned again by themselves; what waits for a newer process is told elsewhere. */
export async function unplannedEvents(
  routing: RoutingQueue,
  { catalog, most }: { readonly catalog: Catalog; readonly most: number },
): Promise<readonly UnplannedEvent[]> {
  const found: UnplannedEvent[] = [];
  for await (const { id, topic, subscriber, newer, json } of routing.contents(["active", "waiting", "delayed"])) {
    if (newer !== undefined) continue;
    const job = await routing.find(id);
    const tries = job && triesOf(job);
    if (tries === undefined || tries.state === "dead") continue;
    const { id: _, reason: _reason, ...standing } = tries;
    found.push({ topic, ...eventIn(json), subscriber: catalog.subscriber(subscriber)?.name ?? subscriber, ...standing });
    if (found.length === most) break;
  }
  return found;
}

/** Pure. */
function triesOf({ content, state, attempts, reason, due }: FoundJob<RoutingRecord>): RoutingTries | undefined {
  if (state === "completed") return undefined;
  const { id, policy } = content;
  const next = due === undefined ? {} : { next: new Date(due).toISOString() };
  return { id, state, made: attempts, most: policy.attempts, reason: reason ?? content.reason, ...next };
}

function eventIn(json: string): { readonly event?: string } {
  try {
    return { event: decodeEvent(json).id };
  } catch {
    return {};
  }
}
