import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Catalog } from "../define/catalog.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { Delivery } from "../define/delivery.ts";
import { decodeEvent } from "../define/event.ts";
import type { Observe } from "../define/observation.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { DeliveryQueue, Job, QueueWorker, Verdict } from "../queues/delivery-queue.ts";
import { plan, type PlanOptions } from "./plan.ts";
import type { QueueGate } from "./queue-gate.ts";
import { routedRecord } from "./route-entry.ts";
import type { RoutingRecord } from "./routing-record.ts";

export interface RoutingWorkerOptions {
  readonly application: string;
  readonly catalog: Catalog;
  readonly routing: DeliveryQueue<RoutingRecord>;
  readonly gateOf: (channel: ChannelName) => QueueGate<Delivery>;
  readonly log: TopicLog;
  readonly planning: PlanOptions;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** A subscriber that this build does not know may be known to a newer one. */
const unknownSubscriberMs = 30_000;

/** Plans again, with backoff, what the router could not plan; gives up into the dead letters of `routing`. */
export function routingWorker(options: RoutingWorkerOptions): QueueWorker {
  const { application, catalog, routing, gateOf, log, planning, observe, logger } = options;

  const deadLetter = (record: RoutingRecord, reason: string): void =>
    logger.error({ subscriber: record.subscriber, entry: record.entryId, reason }, "an event became a dead letter of routing");

  const handle = async ({ content, attempt }: Job<RoutingRecord>): Promise<Verdict> => {
    if (content.poison) {
      deadLetter(content, content.reason);
      return { kind: "dead", reason: content.reason };
    }
    const subscriber = catalog.subscriber(content.subscriber);
    if (subscriber === undefined) return { kind: "again", after: unknownSubscriberMs };
    try {
      const event = decodeEvent(content.json);
      const { deliveries, skipped } = plan(subscriber, event, planning);
      for (const delivery of deliveries) {
        const { later } = await gateOf(delivery.channel).add([delivery], { verify: true });
        await later;
      }
      const { topic, partition, entryId } = content;
      const position = { topic, partition, group: `${application}.${subscriber.name}` };
      await log.acknowledge(position, [{ entryId, record: routedRecord(subscriber, event, deliveries) }]);
      observe("routed", { event, subscriber: subscriber.name, deliveries: deliveries.length, skipped });
      return { kind: "done", end: "routed" };
    } catch (error) {
      if (attempt >= content.policy.attempts) deadLetter(content, messageOf(error));
      return { kind: "failed", reason: messageOf(error), error };
    }
  };

  return routing.work(handle, {
    concurrency: 1,
    onGivenUp: deadLetter,
  });
}
