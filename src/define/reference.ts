import type { Delivery } from "./delivery.ts";

/** Where a delivery's records are: its id, and the time of its event, which chooses the bucket. */
export interface DeliveryReference {
  readonly id: string;
  readonly event: { readonly time: string };
}

const hourMs = 3_600_000;

/**
 * What goes along to a provider and comes back with its callbacks: `<delivery id>.<hour>`, the hour of the event's time since 1970 in
 * base 36. It holds nothing about anyone, and finds the delivery without a look-up.
 */
export function deliveryReference({ id, event }: Pick<Delivery, "id" | "event">): string {
  return `${id}.${Math.floor(Date.parse(event.time) / hourMs).toString(36)}`;
}

/** The other way round; undefined for what is no reference of ours. The time is that of the beginning of the hour. */
export function parseReference(text: string): DeliveryReference | undefined {
  const match = /^(d_[a-z2-7]{32})\.([0-9a-z]{1,6})$/.exec(text);
  if (match === null) return undefined;
  const time = Number.parseInt(match[2]!, 36) * hourMs;
  return time < 8.64e15 ? { id: match[1]!, event: { time: new Date(time).toISOString() } } : undefined;
}
