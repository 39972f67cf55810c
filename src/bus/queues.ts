import type { Logger } from "../base/logger.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { Delivery } from "../define/delivery.ts";
import { bullmqQueue } from "../queues/bullmq-queue.ts";
import type { DeliveryQueue } from "../queues/delivery-queue.ts";
import type { RoutingRecord } from "../router/routing-record.ts";
import type { Settings } from "./options.ts";

export interface Queues {
  /** The queue of a channel. */
  of(channel: ChannelName): DeliveryQueue<Delivery>;
  /** Events that a subscriber could not route. */
  readonly routing: DeliveryQueue<RoutingRecord>;
  close(): Promise<void>;
}

const day = 86_400_000;

/** The channels that can be delivered. */
export const builtChannels: readonly ChannelName[] = ["email"];

/** The queues of an application: one a channel, and `routing`. */
export function queuesOf({ redis: url, prefix, application, email }: Settings, logger: Logger): Queues {
  const shared = { url, prefix, application, logger };
  const keepCompleted = email?.keepCompleted ?? { age: day, count: 10_000 };
  const deliveries = new Map(builtChannels.map((name) => [name, bullmqQueue<Delivery>({ ...shared, name, keepCompleted })]));
  const routing = bullmqQueue<RoutingRecord>({ ...shared, name: "routing", keepCompleted: { age: day, count: 1_000 } });
  return {
    of(channel) {
      const queue = deliveries.get(channel);
      if (queue === undefined) throw new Error(`the channel ${channel} has no queue`);
      return queue;
    },
    routing,
    async close() {
      await Promise.all([...deliveries.values(), routing].map((queue) => queue.close()));
    },
  };
}
