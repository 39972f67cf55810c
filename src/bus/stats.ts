import type { Catalog } from "../define/catalog.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { messageOf } from "../base/errors.ts";
import { within } from "../base/within.ts";
import type { OutboxControl, OutboxStanding } from "../outbox/outbox-control.ts";
import type { ChannelControl, ChannelView } from "./channels.ts";
import type { LazyParts } from "./parts.ts";
import { type SubscriberPosition, subscriberPositions, sum, topicStandings } from "./positions.ts";
import type { NewerWaiting } from "../router/newer-record.ts";
import type { ScheduleControl } from "./schedules/schedules.ts";
import type { ScheduleView } from "./schedules/schedule-view.ts";
import type { ReconcilerFindings } from "./reconciler-record.ts";
import type { RedisUse } from "./redis-use.ts";
import { type UnplannedEvent, unplannedEvents } from "./routing-tries.ts";
import { spoolUse, type SpoolUse } from "./spool/spool-folder.ts";

/** Everything that is counted, at one moment. */
export interface Stats {
  readonly topics: readonly {
    readonly name: string;
    /** Ever. */
    readonly published: number;
    /** In the log now. */
    readonly held: number;
    /** How often its log, or a subscriber's place in it, was found lost or put back, ever. */
    readonly losses: number;
  }[];
  readonly subscribers: readonly SubscriberPosition[];
  readonly channels: readonly ChannelView[];
  readonly redis: RedisUse;
  /** How many sends followed one that may have been accepted, ever. */
  readonly doubtful: number;
  /** Deliveries that had been lost between two steps and were queued again, ever. Zero on a healthy system. */
  readonly reconciled: ReconcilerFindings;
  /** Ten, at most, of the events that a subscriber's code could not plan and that are planned again by themselves; the queue `routing` of `channels` counts them. */
  readonly unplanned: readonly UnplannedEvent[];
  /** Events that a newer build wrote and that wait for a process that knows their version. Empty outside of deploys. */
  readonly newer: readonly NewerWaiting[];
  /** What is published by the clock; absent where the application has no schedules. */
  readonly schedules?: readonly ScheduleView[];
  /** What lies in the spool's folder, of all processes of this machine; absent where there is no spool. */
  readonly spool?: SpoolUse;
  /** What is in the outbox, or why that cannot be seen; absent without `outbox.database`. */
  readonly outbox?: OutboxStanding | { readonly problem: string };
}

export interface StatsOptions {
  readonly application: string;
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly channels: ChannelControl;
  readonly catalog: () => Promise<Catalog>;
  readonly schedules: Pick<ScheduleControl, "list">;
  readonly outbox: Pick<OutboxControl, "standing"> | undefined;
  /** The spool's folder. */
  readonly spool: string | undefined;
}

/** Milliseconds that the figures of Redis wait for those of the outbox. */
const outboxMs = 1_000;
const mostUnplanned = 10;

export async function readStats(options: StatsOptions): Promise<Stats> {
  const { application, log, parts, channels, catalog, outbox, spool } = options;
  const known = await catalog();
  const [standings, { views, unplanned }, redis, doubtful, reconciled, newer, schedules, spooled, outboxed] = await Promise.all([
    topicStandings(log, known),
    channels.list().then(async (all) => ({ views: all, unplanned: await unplannedOf(all, known, parts) })),
    parts.redisUse(),
    parts.ledger().doubtful(),
    parts.reconciler().found(),
    parts.newer().waiting(),
    known.schedules.length === 0 ? undefined : options.schedules.list(),
    spool === undefined ? undefined : spoolUse(spool),
    outbox === undefined ? undefined : within(outboxMs, outbox.standing()).catch((error: unknown) => ({ problem: messageOf(error) })),
  ]);
  const topics = known.topics.map(({ name }) => {
    const partitions = standings.get(name) ?? [];
    const [published, held, losses] = (["published", "held", "losses"] as const).map((count) => sum(partitions.map((one) => one[count])));
    return { name, published: published!, held: held!, losses: losses! };
  });
  return {
    topics,
    subscribers: subscriberPositions(standings, application, known),
    channels: views,
    redis,
    doubtful,
    reconciled,
    unplanned,
    newer,
    ...(schedules === undefined ? {} : { schedules }),
    ...(spooled === undefined ? {} : { spool: spooled }),
    ...(outboxed === undefined ? {} : { outbox: outboxed }),
  };
}

/** Where the queue is empty, as it is nearly always, nothing is asked. */
async function unplannedOf(views: readonly ChannelView[], catalog: Catalog, { queues }: LazyParts): Promise<readonly UnplannedEvent[]> {
  const { waiting = 0, active = 0, delayed = 0 } = views.find(({ name }) => name === "routing") ?? {};
  return waiting + active + delayed === 0 ? [] : unplannedEvents(queues().routing, { catalog, most: mostUnplanned });
}
