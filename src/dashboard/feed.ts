import type { Bus } from "../bus/bus.ts";
import type { ChannelControl, QueueStanding } from "../bus/channels.ts";
import type { Inspector } from "../bus/inspect.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { BusEvent } from "../define/event.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { exportName } from "../define/topic.ts";
import type { QueueCounts } from "../queues/delivery-queue.ts";
import { type EventView, eventView, freshFor, type SubscriberView, subscriberViews } from "./event-view.ts";

/** What the page shows of the bus. */
export interface Feed {
  /** Router and workers of this process are at work, and Redis answers. */
  readonly working: boolean;
  readonly topics: readonly TopicView[];
  /** The newest events of all topics, newest first. */
  readonly events: readonly EventView[];
  readonly queues: Readonly<Record<string, QueueCounts>>;
  /** Which of them are paused, and the limits in force, with who changed them. */
  readonly control: readonly QueueStanding[];
  /** How many sends followed one that may have been accepted, ever. */
  readonly doubtful: number;
}

export interface TopicView {
  readonly name: string;
  readonly description?: string;
  /** How it is published, such as `publishEvent.orderPlaced`. */
  readonly publish: string;
  readonly subscribers: readonly string[];
}

/** What the page asks of a bus. */
export interface WatchedBus extends Pick<Bus, "ready" | "catalog"> {
  readonly inspect: Pick<Inspector, "events" | "deliveries" | "queues" | "doubtful">;
  readonly channels: Pick<ChannelControl, "standings">;
}

export interface FeedOptions {
  readonly bus: WatchedBus;
  readonly clock?: Clock;
  /** How many events it holds. Default 20. */
  readonly events?: number;
  /** Milliseconds for which all who ask get the same answer. Default 500. */
  readonly keep?: number;
}

/** Milliseconds that one reading may spend on looking up events; what is left over comes with the next. */
const budgetMs = 250;
const atOnce = 5;

/**
 * Reads the feed. However many ask, Redis is asked once each `keep` milliseconds, and not at all while nobody asks. An event whose
 * deliveries have all ended is looked up again only after 15 s.
 */
export function feedReader({ bus, clock = systemClock, events: count = 20, keep = 500 }: FeedOptions): () => Promise<Feed> {
  const lookedUp = new Map<string, { readonly at: number; readonly subscribers: readonly SubscriberView[] }>();
  let last: { readonly at: number; readonly feed: Feed } | undefined;
  let underWay: Promise<Feed> | undefined;

  const read = async (): Promise<Feed> => {
    const [working, { topics, subscribers }, events, queues, control, doubtful] = await Promise.all([
      bus.ready(),
      bus.catalog(),
      bus.inspect.events(count),
      bus.inspect.queues(),
      bus.channels.standings(),
      bus.inspect.doubtful(),
    ]);
    const listeners = (topic: string): readonly Subscriber[] =>
      subscribers.filter((subscriber) => subscriber.topics.some(({ name }) => name === topic));
    await lookUp(events, listeners);
    return {
      working,
      topics: topics.map(({ name, description }) => ({
        name,
        ...(description === undefined ? {} : { description }),
        publish: `publishEvent.${exportName(name)}`,
        subscribers: listeners(name).map((subscriber) => subscriber.name),
      })),
      events: events.map((event) => eventView(event, lookedUp.get(event.id)?.subscribers)),
      queues,
      control,
      doubtful,
    };
  };

  const lookUp = async (events: readonly BusEvent[], listeners: (topic: string) => readonly Subscriber[]): Promise<void> => {
    const shown = new Set(events.map(({ id }) => id));
    for (const id of lookedUp.keys()) if (!shown.has(id)) lookedUp.delete(id);
    const begun = performance.now();
    const due = events.filter((event) => {
      const known = lookedUp.get(event.id);
      return known === undefined || begun - known.at >= freshFor(known.subscribers, clock.now() - Date.parse(event.time));
    });
    // Those never looked up come first, then those whose last look is the oldest.
    const inTurn = due.toSorted((a, b) => (lookedUp.get(a.id)?.at ?? 0) - (lookedUp.get(b.id)?.at ?? 0));
    for (let from = 0; from < inTurn.length && (from === 0 || performance.now() - begun < budgetMs); from += atOnce) {
      await Promise.all(
        inTurn.slice(from, from + atOnce).map(async (event) => {
          const views = subscriberViews(await bus.inspect.deliveries(event), listeners(event.type));
          lookedUp.set(event.id, { at: performance.now(), subscribers: views });
        }),
      );
    }
  };

  return () => {
    if (last !== undefined && performance.now() - last.at < keep) return Promise.resolve(last.feed);
    underWay ??= read()
      .then((feed) => {
        last = { at: performance.now(), feed };
        return feed;
      })
      .finally(() => (underWay = undefined));
    return underWay;
  };
}
