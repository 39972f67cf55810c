import { type Clock, systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { type ChannelName, channelNames } from "../define/channel-name.ts";
import type { Delivery } from "../define/delivery.ts";
import type { AudienceRecord } from "../router/audience-record.ts";
import { bullmqQueue } from "../queues/bullmq-queue.ts";
import type { DeliveryQueue } from "../queues/delivery-queue.ts";
import { nullQueue } from "../queues/null-queue.ts";
import type { RoutingRecord } from "../router/routing-record.ts";
import type { CallbackJob } from "../workers/callback-record.ts";
import type { Settings } from "./options.ts";

export interface Queues {
  /** The queue of a channel. */
  of(channel: ChannelName): DeliveryQueue<Delivery>;
  /** Events that a subscriber could not route. */
  readonly routing: DeliveryQueue<RoutingRecord>;
  /** Audiences that are looked up page by page. */
  readonly audiences: DeliveryQueue<AudienceRecord>;
  /** Callbacks of providers that are to be read. */
  readonly callbacks: DeliveryQueue<CallbackJob>;
  close(): Promise<void>;
}

const day = 86_400_000;

export interface QueuesOptions {
  readonly clock?: Clock;
  /** False: what is added for a channel goes nowhere. */
  readonly deliver?: boolean;
}

/** The queues of an application: one a channel, `routing`, `audiences` and `callbacks`. */
export function queuesOf(
  { redis: url, prefix, application, channels, pace, replication }: Settings,
  logger: Logger,
  { clock = systemClock, deliver = true }: QueuesOptions = {},
): Queues {
  const shared = { url, prefix, application, logger, clock, pace, replication };
  const deliveries = new Map<ChannelName, DeliveryQueue<Delivery>>(
    deliver
      ? channelNames.map((name) => [name, bullmqQueue<Delivery>({ ...shared, name, keepCompleted: channels[name].keepCompleted })])
      : channelNames.map((name) => [name, nullQueue<Delivery>(name)]),
  );
  const keepCompleted = { age: day, count: 1_000 };
  const routing = bullmqQueue<RoutingRecord>({ ...shared, name: "routing", keepCompleted });
  const audiences = bullmqQueue<AudienceRecord>({ ...shared, name: "audiences", keepCompleted });
  const callbacks = bullmqQueue<CallbackJob>({ ...shared, name: "callbacks", keepCompleted: { age: day, count: 10_000 } });
  return {
    of(channel) {
      const queue = deliveries.get(channel);
      if (queue === undefined) throw new Error(`the channel ${channel} has no queue`);
      return queue;
    },
    routing,
    audiences,
    callbacks,
    async close() {
      await Promise.all([...deliveries.values(), routing, audiences, callbacks].map((queue) => queue.close()));
    },
  };
}
