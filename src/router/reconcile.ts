import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Catalog } from "../define/catalog.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { AudienceTask, Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import type { Observe } from "../define/observation.ts";
import type { RoutedRecord, TopicLog } from "../log/topic-log.ts";
import { type LostAudience, lostAudiences, type LostAudiencesOptions } from "./lost-audiences.ts";
import { plan, type Plan } from "./plan.ts";
import type { PlanOptions } from "./plan-options.ts";
import { decoded, readEvents } from "./read-events.ts";
import type { Standing } from "./replay-counts.ts";

/** A delivery that was planned, as its routing record names it. */
export interface PlannedDelivery {
  readonly id: string;
  readonly channel: ChannelName;
  readonly event: { readonly id: string; readonly time: string };
}

export interface ReconcileOptions extends LostAudiencesOptions {
  readonly catalog: Catalog;
  readonly log: TopicLog;
  readonly planning: PlanOptions;
  /** Where deliveries stand, in their order. */
  readonly look: (deliveries: readonly PlannedDelivery[]) => Promise<readonly Standing[]>;
  readonly enqueue: (deliveries: readonly Delivery[]) => Promise<void>;
  readonly enqueueAudience: (task: AudienceTask, partition: number) => Promise<void>;
  readonly now: () => number;
  readonly observe: Observe;
  readonly logger: Logger;
}

export interface ReconcileRange {
  readonly topic: string;
  readonly partition: number;
  /** Milliseconds since 1970, both included. */
  readonly from: number;
  readonly to: number;
  /** The entry that an earlier look got to. */
  readonly after: string | undefined;
}

export interface Reconciled {
  /** The entry that this look got to; undefined where there was none. */
  readonly after: string | undefined;
  readonly events: number;
  readonly deliveries: number;
  /** Queued again, audiences included. */
  readonly missing: number;
  /** Missing, and this process does not plan them any more: its code does not, or it cannot open the event. */
  readonly unplanned: number;
}

/** Events of one page. */
export const reconcilePageSize = 200;

/**
 * Looks whether everything that was planned for past events is accounted for: sent, ended, a dead letter or in its queue. What is
 * not was lost between two steps (a queue's script that failed midway, a Redis that came back without its last second), and is queued again with the same id. It starts
 * from the recorded decision, never from what today's code would decide. An audience that is nowhere is looked up again from its first page;
 * what was released of it before has the same ids. One page of a log.
 */
export async function reconcilePage(options: ReconcileOptions, { topic, partition, ...range }: ReconcileRange): Promise<Reconciled> {
  const { catalog, log, look, enqueue, observe, logger } = options;
  const entries = await log.range(topic, partition, { ...range, count: reconcilePageSize });
  const listening = catalog.subscribers.filter(({ topics }) => topics.some(({ name }) => name === topic));
  const defined = listening.flatMap(({ topics }) => topics).find(({ name }) => name === topic);
  const read = await readEvents(
    entries.map(({ json }) => json),
    defined,
    options.planning,
  );
  const events = read.flatMap((event) => (event instanceof Error ? [] : [event]));
  // What this process cannot open, for want of a key, another one may have planned.
  const heads = read.map((event, index) => (event instanceof Error ? decoded(entries[index]!.json) : event));
  const known = heads.flatMap((event) => (event instanceof Error ? [] : [event]));
  const records = await log.routedBy(partition, { events: known, subscribers: listening.map(({ identity }) => identity) });
  const planned = records.flatMap(plannedIn);
  const standings = await look(planned);
  const missing = planned.filter((_, index) => standings[index] === "missing");

  const contents = plannedAgain(options, { records, events, missing: new Set(missing.map(({ id }) => id)) });
  // What came too late ended as expired, which its queue has forgotten.
  const again = contents.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > options.now());
  if (again.length > 0) {
    await enqueue(again);
    for (const delivery of again) observe("reconciled", { delivery });
    const found = { topic, partition, deliveries: again.length, first: again[0]!.id };
    logger.error(found, "deliveries that were planned had been lost, and are queued again");
  }
  const lost = await lostAudiences(options, partition, records);
  const tasks = audiencesAgain(options, events, lost);
  for (const task of tasks) await options.enqueueAudience(task, partition);
  if (tasks.length > 0)
    logger.error({ topic, partition, audiences: tasks.length, first: tasks[0]!.id }, "audiences had been lost, and are looked up again");
  const unplanned = missing.length - contents.length + lost.length - tasks.length;
  if (unplanned > 0)
    logger.error({ topic, partition, deliveries: unplanned }, "deliveries or audiences were lost that this process does not plan any more");
  return { after: entries.at(-1)?.id, events: entries.length, deliveries: planned.length, missing: again.length + tasks.length, unplanned };
}

function plannedIn({ eventId, time, deliveries }: RoutedRecord): PlannedDelivery[] {
  return deliveries.map(({ id, channel }) => ({ id, channel: channel as ChannelName, event: { id: eventId, time } }));
}

interface Found {
  readonly records: readonly RoutedRecord[];
  readonly events: readonly BusEvent[];
  readonly missing: ReadonlySet<string>;
}

/** The contents of what is missing, as far as today's code plans it. */
function plannedAgain(options: ReconcileOptions, { records, events, missing }: Found): Delivery[] {
  const affected = records.filter(({ deliveries }) => deliveries.some(({ id }) => missing.has(id)));
  return affected.flatMap((record) => planOf(options, events, record)?.deliveries.filter(({ id }) => missing.has(id)) ?? []);
}

function audiencesAgain(options: ReconcileOptions, events: readonly BusEvent[], lost: readonly LostAudience[]): AudienceTask[] {
  return lost.flatMap((audience) => planOf(options, events, audience)?.audiences.filter(({ id }) => id === audience.id) ?? []);
}

function planOf(
  { catalog, planning, logger }: ReconcileOptions,
  events: readonly BusEvent[],
  { eventId, subscriber: identity }: Pick<RoutedRecord, "eventId" | "subscriber">,
): Plan | undefined {
  const event = events.find(({ id }) => id === eventId);
  const subscriber = catalog.subscriber(identity);
  if (event === undefined || subscriber === undefined) return undefined;
  try {
    return plan(subscriber, event, planning);
  } catch (error) {
    logger.error({ subscriber: identity, event: eventId, error: messageOf(error) }, "a lost delivery cannot be planned again");
    return undefined;
  }
}
