import type { Catalog } from "../define/catalog.ts";
import type { Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import { newerVersion, newerVersionText, upcastEvent } from "../define/upcast.ts";

/** A handler's delivery holds the event as the build that planned it knew it; all others hold what they are made with. */
const heldEvent = ({ channel, event }: Delivery): BusEvent | undefined => (channel === "handler" ? (event as BusEvent) : undefined);

/** Why this build cannot hand a delivery's event to its handler: a newer one planned it. Undefined where it can. */
export function unknownVersion(catalog: Catalog, delivery: Delivery): string | undefined {
  const event = heldEvent(delivery);
  const newer = event && newerVersion(catalog.topics, event);
  return newer && newerVersionText(newer);
}

/**
 * The delivery with its event in the version that this build's handlers are written for: an older build may have planned it.
 * @throws Error when the event cannot be brought up
 */
export function withCurrentEvent(catalog: Catalog, delivery: Delivery): Delivery {
  const event = heldEvent(delivery);
  const topic = event && catalog.topic(event.type);
  return event === undefined || topic === undefined ? delivery : { ...delivery, event: upcastEvent(topic, event) };
}
