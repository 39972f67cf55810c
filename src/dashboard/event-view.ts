import type { DeliveryStatus } from "../define/status.ts";
import type { StatusEntry } from "../workers/statuses.ts";
import type { InspectedRouting } from "../bus/routings.ts";
import type { RoutingTries } from "../bus/routing-tries.ts";
import { statusesOf } from "../bus/trace.ts";
import type { BusEvent } from "../define/event.ts";
import type { Progress } from "../define/handler.ts";
import type { TimelineEntry } from "../workers/ledger.ts";
import { type DerivedState, deliveryState, isEnd } from "../workers/delivery-state.ts";

/** An event as the page shows it. */
export interface EventView {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  /** What it is about: the partition key. */
  readonly key?: string;
  /** The payload as indented JSON, cut after 6,000 characters. */
  readonly payload: string;
  /** What each subscriber made of it; absent until it has been looked up. */
  readonly subscribers?: readonly SubscriberView[];
}

export interface SubscriberView {
  readonly name: string;
  /** False: the subscriber has not read the event. */
  readonly read: boolean;
  /** Why the event is on the queue `routing`: the subscriber's code could not plan it. */
  readonly problem?: string;
  /** How its tries stand there. */
  readonly tries?: RoutingTries;
  /** True: it made something of the event, and does not listen to its topic any more. */
  readonly gone?: true;
  readonly deliveries: readonly DeliveryView[];
  /** Routes that were not taken, with the reason. */
  readonly skipped?: readonly { readonly route: string; readonly reason: string }[];
  /** Deliveries of an audience beyond those that are listed. */
  readonly more?: number;
}

export interface DeliveryView extends DerivedState {
  readonly id: string;
  readonly channel: string;
  readonly route: string;
  readonly steps: readonly TimelineEntry[];
  /** The highest that its provider reported, and all that it reported. */
  readonly status?: DeliveryStatus;
  readonly statuses?: readonly StatusEntry[];
  /** How far a handler says it is. */
  readonly progress?: Progress;
}

const longestPayload = 6_000;

export function eventView(event: BusEvent, subscribers: readonly SubscriberView[] | undefined): EventView {
  const payload = JSON.stringify(event.data, null, 2) ?? "";
  return {
    id: event.id,
    type: event.type,
    time: event.time,
    payload: payload.length > longestPayload ? `${payload.slice(0, longestPayload)}\n… ${payload.length} characters in all` : payload,
    ...(event.partitionkey === undefined ? {} : { key: event.partitionkey }),
    ...(subscribers === undefined ? {} : { subscribers }),
  };
}

/** What was recorded of an event, and those who listen to its topic but have not read it. Pure. */
export function subscriberViews(
  routings: readonly InspectedRouting[],
  listeners: readonly { readonly name: string; readonly identity: string }[],
): SubscriberView[] {
  const nameOf = (identity: string): string => listeners.find((listener) => listener.identity === identity)?.name ?? identity;
  const isGone = (identity: string): boolean => listeners.every((listener) => listener.identity !== identity);
  const recorded = routings.map(({ subscriber, problem, tries, deliveries, skipped, more }) => ({
    name: nameOf(subscriber),
    read: true,
    ...(isGone(subscriber) ? { gone: true as const } : {}),
    ...(tries === undefined ? {} : { tries }),
    ...(skipped.length === 0 ? {} : { skipped }),
    ...(more === 0 ? {} : { more }),
    ...(problem === undefined ? {} : { problem }),
    deliveries: deliveries.map(({ id, channel, route, after, timeline, reported, progress }) => ({
      id,
      channel,
      route,
      ...deliveryState(timeline, after),
      steps: timeline,
      ...statusesOf(reported),
      ...(progress === undefined ? {} : { progress }),
    })),
  }));
  const unread = listeners
    .filter(({ name }) => !recorded.some((view) => view.name === name))
    .map(({ name }) => ({ name, read: false, deliveries: [] }));
  return [...recorded, ...unread].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * How many milliseconds what was read of an event may be shown before it is read again. Pure.
 * @param age milliseconds since the event was published
 */
export function freshFor(subscribers: readonly SubscriberView[], age: number): number {
  const ended = subscribers.every(
    ({ read, problem, deliveries }) => read && problem === undefined && deliveries.every(({ state }) => isEnd(state)),
  );
  if (ended) return 15_000;
  return age > 60_000 ? 5_000 : 0;
}
