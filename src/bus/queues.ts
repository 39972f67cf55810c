import { type Clock, systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { type ChannelName, channelNames } from "../define/channel-name.ts";
import type { Delivery } from "../define/delivery.ts";
import type { AudienceRecord } from "../router/audience-record.ts";
import { bullmqQueue } from "../queues/bullmq-queue.ts";
import type { DeadLetterAlarm } from "../queues/dead-letter-index.ts";
import type { DeadLetter, DeliveryQueue } from "../queues/delivery-queue.ts";
import { nullQueue } from "../queues/null-queue.ts";
import type { RoutingRecord } from "../router/routing-record.ts";
import type { CallbackJob } from "../workers/callback-record.ts";
import { deadLetterFacets } from "./dead-letters/dead-letter-facets.ts";
import type { AnyContent } from "./any-content.ts";
import type { Settings } from "./options.ts";
import { sentSecret } from "./sent-secret.ts";

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
  /** Tells that a queue has many dead letters. Default: this process tells nobody. */
  readonly tellMany?: DeadLetterAlarm["tell"];
}

/** Of `routing`, `audiences` and `callbacks`, which are no channels. */
const defaultThreshold = 100;

/** The queues of an application: one a channel, `routing`, `audiences` and `callbacks`. */
export function queuesOf(
  settings: Settings,
  logger: Logger,
  { clock = systemClock, deliver = true, tellMany }: QueuesOptions = {},
): Queues {
  const { redis: url, prefix, application, channels, pace, replication, build } = settings;
  const secret = sentSecret(settings);
  const facets = (letter: DeadLetter<AnyContent>) => deadLetterFacets(secret, letter);
  const shared = { url, prefix, application, logger, clock, pace, replication, facets, build };
  const alarm: DeadLetterAlarm = { threshold: defaultThreshold, tell: tellMany };
  const channelQueue = (name: ChannelName): DeliveryQueue<Delivery> => {
    if (!deliver) return nullQueue<Delivery>(name);
    const { keepCompleted, deadLetterThreshold: threshold } = channels[name];
    return bullmqQueue<Delivery>({ ...shared, name, keepCompleted, alarm: { ...alarm, threshold } });
  };
  const deliveries = new Map(channelNames.map((name) => [name, channelQueue(name)]));
  const keepCompleted = { age: day, count: 1_000 };
  const routing = bullmqQueue<RoutingRecord>({ ...shared, name: "routing", keepCompleted, alarm });
  const audiences = bullmqQueue<AudienceRecord>({ ...shared, name: "audiences", keepCompleted, alarm });
  const callbacks = bullmqQueue<CallbackJob>({ ...shared, name: "callbacks", keepCompleted: { age: day, count: 10_000 }, alarm });
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
