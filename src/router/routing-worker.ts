import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Catalog } from "../define/catalog.ts";
import type { Observe } from "../define/observation.ts";
import { newerVersion, UpcastError } from "../define/upcast.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { Job, QueueWorker, Verdict } from "../queues/delivery-queue.ts";
import { audienceRecord } from "./audience-record.ts";
import type { Gates, RouterQueues } from "./gates.ts";
import type { NewerEvents } from "./newer-events.ts";
import { plan } from "./plan.ts";
import type { PlanOptions } from "./plan-options.ts";
import { readEvent } from "./read-events.ts";
import { routedRecord } from "./route-entry.ts";
import { type RoutingRecord, waitLonger } from "./routing-record.ts";

export interface RoutingWorkerOptions {
  readonly application: string;
  readonly catalog: Catalog;
  readonly queues: RouterQueues;
  readonly gates: Gates;
  readonly log: TopicLog;
  readonly planning: PlanOptions;
  readonly newer: NewerEvents;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** A subscriber that this build does not know may be known to a newer one. */
const unknownSubscriberMs = 30_000;

/** Plans again, with backoff, what the router could not plan; gives up into the dead letters of `routing`. What a newer build wrote waits for one. */
export function routingWorker(options: RoutingWorkerOptions): QueueWorker {
  const { application, catalog, queues, gates, log, planning, newer, observe, logger } = options;

  const deadLetter = (record: RoutingRecord, reason: string): void =>
    logger.error({ subscriber: record.subscriber, entry: record.entryId, reason }, "an event became a dead letter of routing");

  const handle = async ({ content, attempt }: Job<RoutingRecord>): Promise<Verdict<RoutingRecord>> => {
    if (content.poison) {
      deadLetter(content, content.reason);
      return { kind: "dead", reason: content.reason };
    }
    const subscriber = catalog.subscriber(content.subscriber);
    if (subscriber === undefined) return { kind: "again", after: unknownSubscriberMs };
    try {
      const { topic, partition, entryId } = content;
      const event = await readEvent(content.json, catalog.topic(topic), planning);
      const unknown = newerVersion(subscriber.topics, event);
      if (unknown !== undefined) {
        const waiting = waitLonger(content, unknown);
        await newer.waits(waiting, event.id);
        return { kind: "again", after: waiting.waited, content: waiting };
      }
      const planned = plan(subscriber, event, planning);
      const { deliveries, audiences, skipped } = planned;
      for (const delivery of deliveries) {
        const { later } = await gates.of(delivery.channel).add([delivery], { verify: true });
        await later;
      }
      for (const task of audiences) {
        const { later } = await gates.audiences.add([audienceRecord(task, partition)], { verify: true });
        await later;
      }
      const position = { topic, partition, group: `${application}.${subscriber.identity}` };
      await log.acknowledge(position, [{ entryId, record: routedRecord(subscriber, event, planned) }]);
      observe("routed", {
        event,
        subscriber: subscriber.name,
        deliveries: deliveries.length,
        planned: deliveries,
        audiences: audiences.length,
        skipped,
      });
      await newer.taken(content);
      return { kind: "done", end: "routed" };
    } catch (error) {
      if (attempt >= content.policy.attempts) {
        deadLetter(content, messageOf(error));
        await newer.taken(content).catch(() => undefined);
      }
      return { kind: "failed", reason: messageOf(error), error: thrownBy(error) };
    }
  };

  return queues.routing.work(handle, {
    concurrency: 1,
    onGivenUp: deadLetter,
  });
}

/** What the application's code threw: its stack has its author's line, and that of ours is the same for all. */
function thrownBy(error: unknown): unknown {
  const isOurs = error instanceof BusbarError || error instanceof UpcastError;
  return isOurs && error.cause instanceof Error ? thrownBy(error.cause) : error;
}
