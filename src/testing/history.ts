import type { Bus } from "../bus/bus.ts";
import type { Catalog } from "../define/catalog.ts";
import type { Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import type { Observations } from "../define/observation.ts";
import type { Subscriber } from "../define/subscriber.ts";

/** How a delivery stands: `queued` is under way, `waiting` has a time to come, `recorded` goes nowhere; the others are ends. */
export type DeliveryState = "queued" | "waiting" | "recorded" | "sent" | "suppressed" | "expired" | "cancelled" | "dead";

/** A delivery and what is known of it. Subscriber and route by the names that they have now. */
export interface SeenDelivery {
  readonly delivery: Delivery;
  readonly subscriber: string;
  readonly route: string;
  readonly state: DeliveryState;
  /** Why it stands as it does; the provider of what was sent. */
  readonly why: string;
  /** When a waiting one is due, milliseconds since 1970. */
  readonly due?: number;
}

/** A route that an event did not take. */
export interface SkippedRoute {
  readonly event: BusEvent;
  readonly subscriber: string;
  readonly route: string;
  readonly reason: string;
}

/** An event that a subscriber's own code could not plan. */
export type UnroutableEvent = Observations["unroutable"];

interface AudiencePlace {
  readonly event: BusEvent;
  readonly subscriber: string;
  readonly route: string;
}

/** An audience that is looked up page by page. */
export interface SeenAudience extends AudiencePlace {
  readonly state: "released" | "waiting" | "done" | "dead";
  /** Recipients whose deliveries are in their queue. */
  readonly released: number;
  readonly why: string;
}

/** Everything that a bus has said of itself since it was made, put together. */
export interface History {
  events(): readonly BusEvent[];
  /** Whether anybody listens to it. */
  hasSubscribers(event: BusEvent): boolean;
  deliveries(): readonly SeenDelivery[];
  skipped(): readonly SkippedRoute[];
  unroutable(): readonly UnroutableEvent[];
  audiences(): readonly SeenAudience[];
  /** Subscribers that have not made anything of an event yet. */
  unrouted(): readonly { readonly event: BusEvent; readonly subscriber: string }[];
  /** How often a delivery has come to this end. */
  ended(state: DeliveryState): number;
  /** A number that is another one after each observation. */
  changes(): number;
  /** Resolves when nothing seems to be under way, or after so many milliseconds. */
  quiet(milliseconds: number): Promise<void>;
  /** To be told when the clock was moved: what is due is under way again. */
  moved(): void;
}

export interface HistoryOptions {
  readonly bus: Pick<Bus, "on">;
  readonly catalog: Catalog;
  readonly now: () => number;
  /** Nothing is delivered: what is planned is recorded. */
  readonly recording: boolean;
}

/** Watches a bus. Make it before anything is published or started. */
export function historyOf({ bus, catalog, now, recording }: HistoryOptions): History {
  const events = new Map<string, BusEvent>();
  const deliveries = new Map<string, SeenDelivery>();
  const skipped = new Map<string, SkippedRoute>();
  const unroutable: UnroutableEvent[] = [];
  const audiences = new Map<string, SeenAudience>();
  const routed = new Set<string>();
  const unrouted = new Map<string, { readonly event: BusEvent; readonly subscriber: string }>();
  const open = new Set<string>();
  const ends = new Map<DeliveryState, number>();
  let changes = 0;
  const waiting = new Set<() => void>();

  const isQuiet = (): boolean => unrouted.size === 0 && open.size === 0;
  const on: Bus["on"] = (name, listener) =>
    bus.on(name, (fact) => {
      listener(fact);
      changes += 1;
      if (isQuiet()) for (const wake of waiting) wake();
    });

  const listenersTo = ({ type }: BusEvent): readonly Subscriber[] =>
    catalog.subscribers.filter(({ topics }) => topics.some(({ name }) => name === type));
  const nameOf = (subscriber: string): string => catalog.subscriber(subscriber)?.name ?? subscriber;
  const routeNameOf = (subscriber: string, route: string): string => catalog.route(subscriber, route)?.name ?? route;

  const put = (delivery: Delivery, state: DeliveryState, more: { readonly why?: string; readonly due?: number } = {}): void => {
    const { id, subscriber, route } = delivery;
    deliveries.set(id, {
      delivery,
      subscriber: nameOf(subscriber),
      route: routeNameOf(subscriber, route),
      state,
      why: "",
      ...more,
    });
    ends.set(state, (ends.get(state) ?? 0) + 1);
    if (state === "queued") open.add(id);
    else open.delete(id);
  };
  const plan = (planned: readonly Delivery[]): void => {
    for (const delivery of planned) {
      // A worker may have been quicker than the router's own words.
      if (deliveries.has(delivery.id)) continue;
      const { notBefore } = delivery;
      if (recording) put(delivery, "recorded");
      else if (notBefore !== undefined && notBefore > now()) put(delivery, "waiting", { due: notBefore });
      else put(delivery, "queued");
    }
  };
  const settled = (eventId: string, subscriber: string): void => {
    const pair = `${eventId} ${subscriber}`;
    routed.add(pair);
    unrouted.delete(pair);
  };
  // Some facts name subscriber and route as jobs do, by their oldest names.
  const putAudience = (
    fact: AudiencePlace,
    change: Pick<SeenAudience, "state"> & { readonly why?: string; readonly more?: number },
  ): void => {
    const { event } = fact;
    const [subscriber, route] = [nameOf(fact.subscriber), routeNameOf(fact.subscriber, fact.route)];
    const key = `${event.id} ${subscriber} ${route}`;
    const { state, why = "", more = 0 } = change;
    audiences.set(key, { event, subscriber, route, state, why, released: (audiences.get(key)?.released ?? 0) + more });
  };

  on("published", ({ event }) => {
    if (events.has(event.id)) return;
    events.set(event.id, event);
    for (const { name: subscriber } of listenersTo(event)) {
      const pair = `${event.id} ${subscriber}`;
      if (!routed.has(pair)) unrouted.set(pair, { event, subscriber });
    }
  });
  on("routed", ({ event, subscriber, planned, skipped: routes }) => {
    plan(planned);
    for (const { route, reason } of routes) skipped.set(`${event.id} ${subscriber} ${route}`, { event, subscriber, route, reason });
    settled(event.id, subscriber);
  });
  on("unroutable", (fact) => {
    unroutable.push(fact);
    settled(fact.eventId, fact.subscriber);
  });
  on("released", (fact) => {
    plan(fact.planned);
    putAudience(fact, { state: "released", more: fact.deliveries });
  });
  on("audienceRetrying", (fact) => putAudience(fact, { state: "waiting", why: fact.reason }));
  on("audienceDone", (fact) => putAudience(fact, { state: "done" }));
  on("audienceDead", (fact) => putAudience(fact, { state: "dead", why: fact.reason }));
  on("held", ({ delivery, reason, after }) => put(delivery, "waiting", { why: reason, due: now() + after }));
  on("retrying", ({ delivery, reason, after }) =>
    after > 0 ? put(delivery, "waiting", { why: reason, due: now() + after }) : put(delivery, "queued", { why: reason }),
  );
  on("sent", ({ delivery, provider }) => put(delivery, "sent", { why: provider }));
  on("dead", ({ delivery, reason }) => put(delivery, "dead", { why: reason }));
  on("suppressed", ({ delivery, reason }) => put(delivery, "suppressed", { why: reason }));
  on("expired", ({ delivery, reason }) => put(delivery, "expired", { why: reason }));
  on("waiting", ({ delivery, reason, after }) => put(delivery, "waiting", { why: reason, due: now() + after }));
  on("cancelled", ({ delivery, reason }) => put(delivery, "cancelled", { why: reason }));

  return {
    events: () => [...events.values()],
    hasSubscribers: (event) => listenersTo(event).length > 0,
    deliveries: () => [...deliveries.values()],
    skipped: () => [...skipped.values()],
    unroutable: () => [...unroutable],
    audiences: () => [...audiences.values()],
    unrouted: () => [...unrouted.values()],
    ended: (state) => ends.get(state) ?? 0,
    changes: () => changes,
    async quiet(milliseconds) {
      if (isQuiet()) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(wake, milliseconds);
        waiting.add(wake);
      });
    },
    moved() {
      for (const { delivery, state, why, due } of deliveries.values())
        if (state === "waiting" && due !== undefined && due <= now()) put(delivery, "queued", { why });
    },
  };
}
