import { type BusEvent, payloadFingerprint } from "../define/event.ts";
import type { PublishFunctions } from "../channels/handler.ts";
import type { Topics } from "../define/catalog.ts";
import type { Published, PublishOptions } from "../define/publish.ts";
import type { Publish } from "./publish.ts";
import { publishNames } from "./options.ts";

/**
 * Publishing in the name of a delivery: what is published carries the event as its cause, and belongs to the same conversation.
 * The same payload from the same delivery is one event, however often its handler is tried again.
 */
export function publishCausedBy(publish: Publish, topics: Topics): (cause: BusEvent, deliveryId: string) => PublishFunctions {
  const names = publishNames(topics);
  return (cause, deliveryId) => {
    const conversation = { causationId: cause.id, correlationId: cause.correlationid ?? cause.id };
    return Object.fromEntries(
      names.map(([name, topicName]) => {
        const optionsFor = (payload: unknown, options?: PublishOptions): PublishOptions => ({
          idempotencyKey: `${deliveryId}:${topicName}:${payloadFingerprint(payload)}`,
          ...conversation,
          ...options,
        });
        const one = (payload: unknown, options?: PublishOptions): Promise<Published> =>
          publish(topicName, payload, optionsFor(payload, options));
        const batch: PublishFunctions[string]["batch"] = (payloads, options) =>
          publish.batch(topicName, payloads, (payload) => optionsFor(payload, options));
        return [name, Object.assign(one, { batch })];
      }),
    );
  };
}
