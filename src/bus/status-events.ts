import type { Topics } from "../define/catalog.ts";
import { type DeliveryStatusChanged, deliveryStatusChanged } from "../define/delivery-topics.ts";
import type { RaisedStatus } from "../workers/apply-status.ts";
import type { Publish } from "./publish.ts";

/**
 * Publishes that a delivery got a higher status, where the application has the topic. It is one event, however often it is told. Nothing is
 * published of deliveries of that very event: whoever sends a message for each status would send one for that message's too, without end.
 */
export function statusEvents(topics: Topics, publish: Publish): (raised: RaisedStatus) => Promise<void> {
  const { name } = deliveryStatusChanged;
  const has = Object.values(topics).some((topic) => topic.name === name);
  return async ({ delivery, status, channel, provider, messageId, reason, at, receipt }) => {
    if (!has || receipt === undefined || receipt.event.type === name) return;
    const { event, subscriber, route } = receipt;
    const payload: DeliveryStatusChanged = {
      deliveryId: delivery.id,
      eventId: event.id,
      topic: event.type,
      subscriber,
      route,
      channel,
      provider,
      messageId: messageId ?? null,
      status,
      reason: reason ?? null,
      at: new Date(at).toISOString(),
    };
    await publish(name, payload, { idempotencyKey: `${delivery.id}/${status}`, causationId: event.id });
  };
}
