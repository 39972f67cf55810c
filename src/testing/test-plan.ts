import type { BusEvent } from "../define/event.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { plan as planPurely, type Plan } from "../router/plan.ts";
import type { PlanOptions } from "../router/plan-options.ts";

export type { Plan };

/**
 * What a subscriber makes of an event: its deliveries, the audiences that are to be looked up, and the routes that were not taken,
 * with the reason. Pure: it needs no bus and no Redis. All channels are on.
 * @param options the application's name (default `test`), and its channels' options where they matter
 * @throws BusbarError `CANNOT_PLAN` naming subscriber, route and field, when the subscriber's own code throws or its data does not fit
 */
export function plan(subscriber: Subscriber, event: BusEvent, options: Partial<PlanOptions> = {}): Plan {
  return planPurely(subscriber, event, { application: "test", ...options });
}
