import { audienceTaskId, type AudienceTask, type Delivery } from "../define/delivery.ts";
import { type BusEvent, wordsOfEvent } from "../define/event.ts";
import { isFirstOf } from "../define/first-of.ts";
import type { PolicyOptions } from "../define/policy.ts";
import { type AnyRoute, isMessageRoute } from "../define/route.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { refusesReplays } from "../define/replay-word.ts";
import { upcastEvent } from "../define/upcast.ts";
import { mismatch } from "../filter/explain.ts";
import { attempt, cannotPlan } from "./cannot-plan.ts";
import type { PlanOptions } from "./plan-options.ts";
import { planFirstOf, type TakenStep } from "./plan-first-of.ts";
import { planRecipients } from "./plan-recipients.ts";
import { routePolicy } from "./route-policy.ts";

export interface Plan {
  readonly deliveries: readonly Delivery[];
  /** Recipients that are looked up later, page by page. */
  readonly audiences: readonly AudienceTask[];
  /** Routes that were not taken, with the reason. */
  readonly skipped: readonly { readonly route: string; readonly reason: string }[];
}

/**
 * What a subscriber does with an event: the heart of the product, and pure. The router, previews, replay and unit tests all ask it.
 * @throws BusbarError `CANNOT_PLAN` naming file, subscriber, route and field, when the subscriber's own code throws or returns what no delivery can be made of
 */
export function plan(subscriber: Subscriber, written: BusEvent, options: PlanOptions): Plan {
  // What was erased is planned by nobody's code: it would meet "[erased]" where an address was.
  const event = told(
    written.erased === undefined ? attempt(subscriber, undefined, () => currentEvent(subscriber, written)) : written,
    options,
  );
  const words = attempt(subscriber, undefined, () => wordsOfEvent(event));
  const unwanted = event.erased === undefined ? subscriber.filter && mismatch(subscriber.filter, event.data) : undefined;
  const deliveries: Delivery[] = [];
  const audiences: AudienceTask[] = [];
  const skipped: { route: string; reason: string }[] = [];

  for (const branch of subscriber.branches) {
    if (isFirstOf(branch)) deliveries.push(...planFirstOf(branch.steps.flatMap(take), { subscriber, branch, event }));
    else deliveries.push(...take(branch).flatMap((taken) => taken.deliveries));
  }
  return { deliveries, audiences, skipped };

  /** Nothing where the route is not taken, or its recipients are looked up later. */
  function take(route: AnyRoute): TakenStep[] {
    const reason = event.erased ?? (unwanted === undefined ? reasonToSkip(subscriber, route, event, options) : `filter: ${unwanted}`);
    if (reason !== undefined) {
      skipped.push({ route: route.name, reason });
      return [];
    }
    if (isMessageRoute(route) && route.audience !== undefined) {
      audiences.push(audienceTask(subscriber, route, event, { words, options }));
      return [];
    }
    const recipients = recipientsOf(subscriber, route, event);
    if (recipients.length > 0) return [{ route, deliveries: planRecipients(recipients, { subscriber, route, event, words, options }) }];
    skipped.push({ route: route.name, reason: "no recipient" });
    return [];
  }
}

/** Why a route is not taken that says `replay: "never"`, or whose channel or subscriber does. */
export const refusesReplay = 'it refuses replays (replay: "never")';

/** The event in the version that this build's subscribers are written for. */
function currentEvent({ topics }: Subscriber, event: BusEvent): BusEvent {
  const topic = topics.find(({ name }) => name === event.type);
  return topic === undefined ? event : upcastEvent(topic, event);
}

/** The event as the subscriber's code sees it. */
function told(event: BusEvent, { replay }: PlanOptions): BusEvent {
  if (replay === undefined) return event;
  const { id, reason } = replay;
  return { ...event, replay: { id, ...(reason === undefined ? {} : { reason }) } };
}

function reasonToSkip(subscriber: Subscriber, route: AnyRoute, event: BusEvent, options: PlanOptions): string | undefined {
  const { channels, off, routes, replay } = options;
  if (routes !== undefined && !routes.has(route.identity)) return "it was not chosen";
  if (replay !== undefined && refusesReplays([channels?.[route.channel], subscriber, route])) return refusesReplay;
  if (off?.[route.channel] !== undefined) return off[route.channel];
  if (channels?.[route.channel]?.enabled === false) return `the channel ${route.channel} is switched off`;
  if (route.when === undefined) return undefined;
  const { when } = route;
  const answer: unknown = attempt(subscriber, route, () => when(event), "when");
  if (answer instanceof Promise) throw cannotPlan(subscriber, route, "when must not be async: it returned a promise", answer);
  if (typeof answer !== "boolean")
    throw cannotPlan(
      subscriber,
      route,
      `when must return true or false, and returned ${JSON.stringify(answer)?.slice(0, 80) ?? String(answer)}`,
    );
  return answer ? undefined : "when said no";
}

function recipientsOf(subscriber: Subscriber, route: AnyRoute, event: BusEvent): readonly unknown[] {
  if (route.channel === "handler") return [subscriber.identity];
  const { to } = route;
  const returned: unknown = attempt(subscriber, route, () => to?.(event), "to");
  if (returned instanceof Promise)
    throw cannotPlan(subscriber, route, "to must not be async: it returned a promise; look recipients up in an audience", returned);
  if (returned === undefined || returned === null) return [];
  return Array.isArray(returned) ? returned : [returned];
}

function audienceTask(
  subscriber: Subscriber,
  route: AnyRoute,
  event: BusEvent,
  { words, options: { application, channels, replay } }: { readonly words: PolicyOptions | undefined; readonly options: PlanOptions },
): AudienceTask {
  const names = { subscriber: subscriber.identity, route: route.identity };
  const policy = routePolicy(subscriber, route, { words, channel: channels?.[route.channel] });
  const epoch = replay?.epoch ?? 0;
  const id = audienceTaskId({ application, eventId: event.id, ...names, epoch });
  return { id, event, ...names, channel: route.channel, policy, ...(replay === undefined ? {} : { replay: { epoch } }) };
}
