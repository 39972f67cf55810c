import type { AudienceTask, Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import type { Subscriber } from "../define/subscriber.ts";
import type { LogEntry, TopicLog } from "../log/topic-log.ts";
import { messageOf } from "../base/errors.ts";
import { plan, type Plan } from "./plan.ts";
import type { PlanOptions } from "./plan-options.ts";
import { readEvents } from "./read-events.ts";
import { routedRecord } from "./route-entry.ts";

/** Where a delivery that is planned again stands. `ended`: suppressed, expired or cancelled. */
export type Standing = "missing" | "sent" | "underWay" | "dead" | "ended";

/** Counts of one replay. `planned` is the sum of `missing`, `sent`, `underWay`, `dead`, `ended` and `refused`. */
export interface ReplayCounts {
  /** Events looked at, and those of them that the subscriber's filter lets through. */
  readonly events: number;
  readonly matched: number;
  readonly planned: number;
  /** Never sent, and in no queue. */
  readonly missing: number;
  /** Those of them that this replay has queued; none in a preview. */
  readonly queued: number;
  readonly sent: number;
  readonly underWay: number;
  readonly dead: number;
  readonly ended: number;
  /** Never sent, because their address is wrong. */
  readonly refused: number;
  /** Audiences whose recipients were not looked up yet. */
  readonly audiences: number;
  /** Events that today's code cannot plan. */
  readonly problems: number;
}

export interface ReplayDeps {
  readonly log: TopicLog;
  readonly planning: PlanOptions;
  /** Where deliveries stand, in their order. */
  readonly look: (deliveries: readonly Delivery[]) => Promise<readonly Standing[]>;
  readonly audienceKnown: (task: AudienceTask) => Promise<boolean>;
  readonly enqueue: (deliveries: readonly Delivery[]) => Promise<void>;
  readonly enqueueAudience: (task: AudienceTask, partition: number) => Promise<void>;
}

export interface ReplayRun {
  readonly subscriber: Subscriber;
  readonly topic: string;
  /** Milliseconds since 1970, both included. */
  readonly from: number;
  readonly to: number;
  readonly preview: boolean;
  /** Told after each page. `after` is the place in the log that it has got to. */
  readonly onPage: (page: ReplayPage) => Promise<void>;
  /** The places that an earlier run had got to, by partition. */
  readonly places: Readonly<Record<number, string>>;
  readonly signal: AbortSignal | undefined;
}

export interface ReplayPage {
  readonly counts: ReplayCounts;
  readonly missing: readonly Delivery[];
  readonly problem: string | undefined;
  readonly partition: number;
  readonly after: string;
}

/** Small pages, so that live traffic goes on beside them. */
const pageSize = 50;

export const noCounts: ReplayCounts = {
  events: 0,
  matched: 0,
  planned: 0,
  missing: 0,
  queued: 0,
  sent: 0,
  underWay: 0,
  dead: 0,
  ended: 0,
  refused: 0,
  audiences: 0,
  problems: 0,
};

/**
 * Routes past events again for one subscriber, and queues what was never sent: read a page → plan → look what became of it → record
 * → enqueue → save the place. It reads by range and never uses the group, so that live routing goes on untouched; deliveries
 * have the same ids as ever, so that what somebody else queues meanwhile is not sent twice.
 */
export async function replayTopic(deps: ReplayDeps, run: ReplayRun): Promise<{ readonly finished: boolean }> {
  const { log } = deps;
  const { topic, from, to, places, onPage, signal } = run;
  for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
    let after = places[partition];
    for (;;) {
      if (signal?.aborted) return { finished: false };
      const entries = await log.range(topic, partition, { from, to, after, count: pageSize });
      if (entries.length === 0) break;
      after = entries.at(-1)!.id;
      await onPage({ ...(await replayPage(deps, run, { entries, partition })), partition, after });
      if (entries.length < pageSize) break;
    }
  }
  return { finished: true };
}

async function replayPage(
  deps: ReplayDeps,
  { subscriber, topic, preview }: ReplayRun,
  { entries, partition }: { readonly entries: readonly LogEntry[]; readonly partition: number },
): Promise<Pick<ReplayPage, "counts" | "missing" | "problem">> {
  const jsons = entries.map(({ json }) => json);
  const read = await readEvents(
    jsons,
    subscriber.topics.find(({ name }) => name === topic),
    deps.planning,
  );
  const planned = entries.map((entry, index) => planAgain(deps, subscriber, { entry, read: read[index]! }));
  const plans = planned.flatMap((one) => ("plan" in one ? [one] : []));
  const problems = planned.flatMap((one) => ("problem" in one ? [one.problem] : []));
  const deliveries = plans.flatMap(({ plan: { deliveries: all } }) => all);
  const valid = deliveries.filter(({ refusal }) => refusal === undefined);
  const standings = await deps.look(valid);
  const missing = valid.filter((_, index) => standings[index] === "missing");
  const of = (standing: Standing): number => standings.filter((one) => one === standing).length;

  const tasks: AudienceTask[] = [];
  for (const task of plans.flatMap(({ plan: { audiences } }) => audiences)) if (!(await deps.audienceKnown(task))) tasks.push(task);

  if (!preview) {
    for (const { event, plan: made } of plans) {
      const added = made.deliveries.filter((delivery) => missing.includes(delivery));
      if (added.length === 0) continue;
      // The record first: what is in a queue is always known of.
      await deps.log.record(partition, {
        ...routedRecord(subscriber, event, { deliveries: added, audiences: [], skipped: [] }),
        page: "replay",
      });
    }
    if (missing.length > 0) await deps.enqueue(missing);
    for (const task of tasks) await deps.enqueueAudience(task, partition);
  }
  const counts: ReplayCounts = {
    events: entries.length,
    matched: plans.filter(({ plan: { deliveries: own, audiences } }) => own.length + audiences.length > 0).length,
    planned: deliveries.length,
    missing: missing.length,
    queued: preview ? 0 : missing.length,
    sent: of("sent"),
    underWay: of("underWay"),
    dead: of("dead"),
    ended: of("ended"),
    refused: deliveries.length - valid.length,
    audiences: tasks.length,
    problems: problems.length,
  };
  return { counts, missing, problem: problems[0] };
}

type PlannedAgain = { readonly event: BusEvent; readonly plan: Plan } | { readonly problem: string };

function planAgain(
  { planning }: ReplayDeps,
  subscriber: Subscriber,
  { entry, read }: { readonly entry: LogEntry; readonly read: BusEvent | Error },
): PlannedAgain {
  try {
    if (read instanceof Error) throw read;
    return { event: read, plan: plan(subscriber, read, planning) };
  } catch (error) {
    return { problem: `${entry.id}: ${messageOf(error)}` };
  }
}
