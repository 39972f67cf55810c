import type { Logger } from "../base/logger.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { Delivery } from "../define/delivery.ts";
import type { DeliveryQueue } from "../queues/delivery-queue.ts";
import type { AudienceRecord } from "./audience-record.ts";
import { queueGate, type QueueGate } from "./queue-gate.ts";
import type { RoutingRecord } from "./routing-record.ts";

export interface RouterQueues {
  /** The queue of a channel. */
  readonly of: (channel: ChannelName) => DeliveryQueue<Delivery>;
  /** Events that a subscriber could not route. */
  readonly routing: DeliveryQueue<RoutingRecord>;
  /** Audiences that are looked up page by page. */
  readonly audiences: DeliveryQueue<AudienceRecord>;
}

/** The ways into all queues that a router fills. */
export interface Gates {
  readonly of: (channel: ChannelName) => QueueGate<Delivery>;
  readonly routing: QueueGate<RoutingRecord>;
  readonly audiences: QueueGate<AudienceRecord>;
  stop(): void;
}

/** One gate a queue, made when it is first needed. */
export function createGates(queues: RouterQueues, logger: Logger): Gates {
  const channels = new Map<ChannelName, QueueGate<Delivery>>();
  const routing = queueGate(queues.routing, logger);
  const audiences = queueGate(queues.audiences, logger);
  return {
    of(channel) {
      const gate = channels.get(channel) ?? queueGate(queues.of(channel), logger);
      channels.set(channel, gate);
      return gate;
    },
    routing,
    audiences,
    stop() {
      for (const gate of [routing, audiences, ...channels.values()]) gate.stop();
    },
  };
}
