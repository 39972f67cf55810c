import type { BusEvent } from "./event.ts";

/** Registered, since a handler's busbar may be another copy of the package than the one that calls it. */
const deliveryKey = Symbol.for("busbar.delivery");

/** The event as a handler is given it: it knows its delivery, and shows it to nobody who prints, copies or compares it. */
export function deliveredEvent<Event extends BusEvent>(event: Event, deliveryId: string): Event {
  return Object.defineProperty({ ...event }, deliveryKey, { value: deliveryId });
}

/** The id of the delivery that a handler was given the event with; undefined: it is another object. */
export function deliveryOf(event: object): string | undefined {
  return (event as { readonly [deliveryKey]?: string })[deliveryKey];
}
