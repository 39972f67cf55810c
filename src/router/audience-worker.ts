import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import type { Recipient } from "../define/audience.ts";
import type { Catalog } from "../define/catalog.ts";
import type { ChannelName } from "../define/channel-name.ts";
import { wordsOfEvent } from "../define/event.ts";
import type { Observe } from "../define/observation.ts";
import { backoff } from "../define/policy.ts";
import { type MessageRoute, isMessageRoute } from "../define/route.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { newerVersion, upcastEvent } from "../define/upcast.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { Job, QueueWorker, Verdict } from "../queues/delivery-queue.ts";
import { audiencePage } from "./audience-page.ts";
import { type AudienceRecord, cancelledAudience, endOfAudience, nextPage } from "./audience-record.ts";
import type { Gates, RouterQueues } from "./gates.ts";
import type { PlanOptions } from "./plan-options.ts";
import { planRecipients } from "./plan-recipients.ts";

export interface AudienceWorkerOptions {
  readonly catalog: Catalog;
  readonly queues: RouterQueues;
  readonly gates: Gates;
  readonly log: TopicLog;
  readonly planning: PlanOptions;
  readonly services: object;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** A batch is released only while the channel's queue holds fewer: a large audience never stands before a password reset. */
const mostWaiting = 1_000;
const batchSize = 500;
const lookAgainMs = 500;
/** A subscriber or route that this build does not know may be known to a newer one. */
const unknownMs = 30_000;
const audiencesAtOnce = 4;

/**
 * Looks audiences up page by page and releases their deliveries in batches: page → plan → enqueue → record → save the place. A
 * page that fails is tried again by the route's policy, from the place that was saved; then it is a dead letter of `audiences`.
 */
export function audienceWorker(options: AudienceWorkerOptions): QueueWorker {
  const { catalog, queues, gates, log, planning, services, clock, observe, logger } = options;
  const random = clock.random ?? Math.random;
  const stopping = new AbortController();

  const handle = async ({ content, save, signal }: Job<AudienceRecord>): Promise<Verdict<AudienceRecord>> => {
    const subscriber = catalog.subscriber(content.subscriber);
    const route = catalog.route(content.subscriber, content.route);
    if (subscriber === undefined || route === undefined || !isMessageRoute(route) || route.audience === undefined)
      return { kind: "again", after: unknownMs };
    // A newer build planned it: what its `audience` reads is not known here.
    if (newerVersion(subscriber.topics, content.event) !== undefined) return { kind: "again", after: unknownMs };
    let record = content;
    try {
      const topic = catalog.topic(content.event.type);
      if (topic !== undefined) record = { ...content, event: upcastEvent(topic, content.event) };
      for (;;) {
        // Pages may be empty, one after the other, so the stop is looked for here as well.
        if (stopping.signal.aborted || signal.aborted) return { kind: "again", after: 0, content: record };
        const context = { cursor: record.cursor, services: services as never, signal };
        const page = await audiencePage(route, record.event, context);
        for (const batch of batchesOf(page.recipients, record.offset)) {
          if (!(await roomIn(record.channel, signal))) return { kind: "again", after: 0, content: record };
          if (await cancelled(record)) return { kind: "done", end: "cancelled" };
          record = await release(batch, { subscriber, route, record });
          await save(record);
        }
        const next = nextPage(record, page.next);
        if (next === undefined) {
          await ended(record);
          observe("audienceDone", { event: record.event, subscriber: subscriber.name, route: route.name, released: record.released });
          return { kind: "done", end: "routed" };
        }
        if ("problem" in next) return await dead(record, next.problem);
        record = next;
        await save(record);
      }
    } catch (error) {
      return await failed(record, error);
    }
  };

  const release = async (
    recipients: readonly Recipient[],
    { subscriber, route, record }: { readonly subscriber: Subscriber; readonly route: MessageRoute; readonly record: AudienceRecord },
  ): Promise<AudienceRecord> => {
    const { event, partition, offset, pages, released } = record;
    const deliveries = planRecipients(recipients, { subscriber, route, event, words: wordsOfEvent(event), options: optionsFor(record) });
    // After a crash, some of a batch may be in.
    const { later } = await gates.of(record.channel).add(deliveries, { verify: offset > 0 || pages > 0 });
    await later;
    const planned = deliveries.map(({ id, route: name, channel }) => ({ id, route: name, channel }));
    const { id: eventId, time } = event;
    const page = `${record.route}/${released}`;
    await log.record(partition, { eventId, time, subscriber: subscriber.identity, deliveries: planned, page });
    observe("released", { event, subscriber: subscriber.name, route: route.name, deliveries: deliveries.length, planned: deliveries });
    return { ...record, offset: offset + recipients.length, released: released + recipients.length, failures: 0 };
  };

  const optionsFor = ({ replay, event }: AudienceRecord): PlanOptions =>
    replay === undefined ? planning : { ...planning, replay: { id: "", ...event.replay, ...replay } };

  /** A person has ended it; what a replay sends again is another audience. */
  const cancelled = async ({ event: { id, time }, partition, subscriber, route, replay }: AudienceRecord): Promise<boolean> => {
    if ((replay?.epoch ?? 0) > 0) return false;
    const page = cancelledAudience(route);
    const records = await log.routedBy(partition, { events: [{ id, time }], subscribers: [subscriber], pages: [page] });
    return records.some((each) => each.page === page);
  };

  /** From here on nobody misses its job. That of a replay which sends again is another one. */
  const ended = async ({ event: { id: eventId, time }, partition, subscriber, route, replay }: AudienceRecord): Promise<void> => {
    if ((replay?.epoch ?? 0) > 0) return;
    await log.record(partition, { eventId, time, subscriber, deliveries: [], page: endOfAudience(route) });
  };

  /** False: the process is stopping, or the job was given to another worker. */
  const roomIn = async (channel: ChannelName, signal: AbortSignal): Promise<boolean> => {
    while (!stopping.signal.aborted && !signal.aborted) {
      const { waiting } = await queues.of(channel).counts();
      if (waiting < mostWaiting) return true;
      await pause(lookAgainMs, stopping.signal);
    }
    return false;
  };

  const failed = async (record: AudienceRecord, error: unknown): Promise<Verdict<AudienceRecord>> => {
    const failures = record.failures + 1;
    const reason = messageOf(error);
    if (failures >= record.policy.attempts) return dead(record, `${reason} (try ${failures} of ${record.policy.attempts})`, error);
    const after = backoff(record.policy, failures, random());
    logger.warn(
      { observation: "audienceRetrying", subscriber: record.subscriber, route: record.route, event: record.event.id, reason, after },
      "an audience failed; it is asked again",
    );
    observe("audienceRetrying", { event: record.event, subscriber: record.subscriber, route: record.route, reason, after });
    return { kind: "again", after, content: { ...record, failures } };
  };

  const dead = async (record: AudienceRecord, reason: string, error?: unknown): Promise<Verdict<AudienceRecord>> => {
    const { event, subscriber, route, released } = record;
    // A person who discards it takes it away, and it was not lost.
    await ended(record).catch((failure: unknown) =>
      logger.warn({ subscriber, route, event: event.id, error: messageOf(failure) }, "the end of an audience is missing in its record"),
    );
    logger.error(
      { observation: "audienceDead", subscriber, route, event: event.id, released, reason },
      "an audience became a dead letter of audiences",
    );
    observe("audienceDead", { event, subscriber, route, released, reason });
    return { kind: "dead", reason, error };
  };

  const worker = queues.audiences.work(handle, {
    concurrency: audiencesAtOnce,
    onGivenUp: (record, reason) => void dead(record, reason),
  });
  return {
    ...worker,
    async stop(within) {
      stopping.abort();
      await worker.stop(within);
    },
  };
}

function* batchesOf<T>(items: readonly T[], from: number): Generator<readonly T[]> {
  for (let start = from; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}
