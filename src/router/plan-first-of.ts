import type { Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import { type FirstOf, withinOf } from "../define/first-of.ts";
import { type FirstOfStep } from "../define/first-of-place.ts";
import type { AnyRoute } from "../define/route.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { cannotPlan } from "./cannot-plan.ts";

/** A route of a `firstOf` that was taken. */
export interface TakenStep {
  readonly route: AnyRoute;
  readonly deliveries: readonly Delivery[];
}

/** All of a `firstOf` travels in each of its deliveries, so it is bounded. */
const mostRecipients = 20;
/** A step looks this soon at those before it, and then now and then: word that was lost is made good by it. Milliseconds. */
const firstLookMs = 60_000;

/**
 * Puts the deliveries of a `firstOf` one behind the other: the first step is due as ever; each later one is queued too, and waits to
 * look at the steps before it. One whose step alone was taken stays as it is. Pure.
 * @throws BusbarError `CANNOT_PLAN` when a step has more recipients than one reader has addresses
 */
export function planFirstOf(
  taken: readonly TakenStep[],
  { subscriber, branch, event }: { readonly subscriber: Subscriber; readonly branch: FirstOf; readonly event: BusEvent },
): readonly Delivery[] {
  const [first] = taken;
  if (first === undefined || taken.length === 1) return first?.deliveries ?? [];
  for (const { route, deliveries } of taken)
    if (deliveries.length > mostRecipients)
      throw cannotPlan(
        subscriber,
        route,
        `to returned ${deliveries.length} recipients: a firstOf is for the addresses of one reader, at most ${mostRecipients}`,
      );
  const since = first.deliveries[0]!.notBefore ?? Date.parse(event.time);
  const steps = taken.map(({ route, deliveries }, index) => stepOf(branch, route, { deliveries, last: index === taken.length - 1 }));
  return taken.flatMap(({ deliveries }, step) => {
    const waits = steps.slice(0, step).flatMap(({ within }) => (within === undefined ? [] : [within]));
    const look = since + Math.min(firstLookMs, ...waits);
    return deliveries.map(({ notBefore: due, ...delivery }) => ({
      ...delivery,
      ...(step === 0 ? (due === undefined ? {} : { notBefore: due }) : { notBefore: Math.max(look, due ?? 0) }),
      firstOf: { until: branch.until, steps, step, since, ...(step === 0 || due === undefined ? {} : { due }) },
    }));
  });
}

function stepOf(
  branch: FirstOf,
  route: AnyRoute,
  { deliveries, last }: { readonly deliveries: readonly Delivery[]; readonly last: boolean },
): FirstOfStep {
  const within = last ? undefined : withinOf(branch, route);
  const { name, channel } = route;
  return { route: name, channel, ids: deliveries.map(({ id }) => id), ...(within === undefined ? {} : { within }) };
}
