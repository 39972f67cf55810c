import { timeOfId } from "../base/ids.ts";
import type { Catalog } from "../define/catalog.ts";
import { type BusEvent, decodeEvent } from "../define/event.ts";
import type { Progress } from "../define/handler.ts";
import type { DeliveryStatus } from "../define/status.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { upcastEvent } from "../define/upcast.ts";
import { explain, type Explanation, type Failure } from "../filter/explain.ts";
import type { FoundEntry, TopicLog } from "../log/topic-log.ts";
import { type DeliveryState, deliveryState } from "../workers/delivery-state.ts";
import type { TimelineEntry } from "../workers/ledger.ts";
import type { DeliveryStatuses, StatusEntry } from "../workers/statuses.ts";
import type { LookedAt } from "../vault/look.ts";
import type { Vault } from "../vault/vault-port.ts";
import type { LazyParts } from "./parts.ts";
import { maskedWords } from "./masked.ts";
import { channelNames } from "../define/channel-name.ts";
import { type Chain, chains } from "./chain.ts";
import type { InspectedRouting, ReadRoutings } from "./routings.ts";
import type { RoutingTries } from "./routing-tries.ts";

/** What became of one event, step by step. */
export interface Trace {
  /** In the newest version of its topic, as its subscribers see it. */
  readonly event: BusEvent;
  /** Those who listen to its topic, or did when it was routed, in the order of their names. */
  readonly subscribers: readonly TracedSubscriber[];
  /** What caused it, and what it caused; of an event that was asked for by itself. */
  readonly chain?: Chain;
}

export interface TracedSubscriber {
  /** Of one that is gone from the code, its oldest one. */
  readonly name: string;
  /** It made something of the event, and does not listen to it any more: it is no longer in this build's `code`, or listens to other topics than this `topic`. */
  readonly gone?: "code" | "topic";
  /**
   * - `unread`: it has not read the event yet;
   * - `taken`: it has read the event, and is not done with it: a router has it in hand, or takes it again;
   * - `unmatched`: its filter turns the event away, asked today;
   * - `problem`: its code could not plan the event, which was put on the queue `routing`: see `tries`;
   * - `routed`: it planned what stands here;
   * - `passed`: it stands behind the event, of which it made nothing: it was moved past it, or began behind it;
   * - `forgotten`: it read the event, and what it made of it is no longer kept (96 h).
   */
  readonly state: "unread" | "unmatched" | "problem" | "routed" | "taken" | "passed" | "forgotten";
  /** Of `unmatched`: what of the filter does not hold. Of `problem`: what went wrong last. */
  readonly reason?: string;
  /** Of `problem`: how its tries on the queue `routing` stand; absent where that holds it no more, because its dead letter was given up or has passed its time. */
  readonly tries?: RoutingTries;
  /** Of `unmatched`: where in the payload, by which operators, what they wanted and what was seen. */
  readonly failures?: readonly Failure[];
  /** Routes that were not taken. */
  readonly skipped: readonly { readonly route: string; readonly reason: string }[];
  readonly deliveries: readonly TracedDelivery[];
  /** Deliveries of an audience beyond those that are listed. */
  readonly more: number;
}

export interface TracedDelivery {
  readonly id: string;
  readonly route: string;
  readonly channel: string;
  readonly state: DeliveryState;
  readonly reason?: string;
  /** Of a step `sent`, the detail is the receipt: the provider and its id of the message. */
  readonly timeline: readonly TimelineEntry[];
  /** The highest that its provider reported; absent where it said nothing. */
  readonly status?: DeliveryStatus;
  /** All that its provider reported, in the order in which it came to be known. */
  readonly statuses?: readonly StatusEntry[];
  readonly progress?: Progress;
}

export interface TracerOptions {
  readonly application: string;
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly catalog: () => Promise<Catalog>;
  readonly deliveries: ReadRoutings;
  readonly vault: Pick<Vault, "look">;
}

/** What was made of an event is kept so long, milliseconds. */
const keptMs = 96 * 3_600_000;

/** Finds an event by its id, that of one of its deliveries, or its idempotency key. */
export function tracer({ application, log, parts, catalog, deliveries, vault }: TracerOptions) {
  const entryOf = async (eventId: string, time = timeOfId(eventId)): Promise<FoundEntry | undefined> => {
    const topics = (await catalog()).topics.map(({ name }) => name);
    return log.find(eventId, { topics, time });
  };

  const find = async (id: string): Promise<FoundEntry | undefined> => {
    if (/^d_[a-z2-7]{32}$/.test(id)) {
      for (const channel of channelNames) {
        const job = await parts.queues().of(channel).find(id);
        if (job !== undefined) return entryOf(job.content.event.id, Date.parse(job.content.event.time));
      }
      return undefined;
    }
    const found = await entryOf(id);
    if (found !== undefined) return found;
    const eventId = await log.eventOfKey(
      id,
      (await catalog()).topics.map(({ name }) => name),
    );
    return eventId === undefined ? undefined : entryOf(eventId);
  };

  /** What cannot be opened, for want of a key, is shown as it lies there. */
  const lookAt = async ({ entry: { json } }: FoundEntry): Promise<LookedAt> => {
    const [looked] = await vault.look([json]);
    if (!(looked instanceof Error)) return looked!;
    const event = decodeEvent(json);
    return { clear: event, masked: event, personal: [], open: new Set() };
  };

  return {
    async event(id: string, clear: boolean): Promise<BusEvent | undefined> {
      const found = await find(id);
      if (found === undefined) return undefined;
      const looked = await lookAt(found);
      return clear ? looked.clear : looked.masked;
    },

    find,

    chainOf: chains({ log, catalog }),

    async traceOf(found: FoundEntry, clear: boolean): Promise<Trace> {
      const looked = await lookAt(found);
      const { clear: event, personal } = looked;
      const [{ topics: all, subscribers }, routings, { groups }] = await Promise.all([
        catalog(),
        deliveries(event),
        log.standing(found.topic, found.partition),
      ]);
      const isMarked = (type: string): boolean => all.find(({ name }) => name === type)?.marks !== undefined;
      const listening = subscribers.filter(({ topics }) => topics.some(({ name }) => name === event.type));
      const traced = listening.map((subscriber) => {
        const { read = 0, pending = 0 } = groups.find(({ group }) => group === `${application}.${subscriber.identity}`) ?? {};
        const routing = routings.find((candidate) => candidate.subscriber === subscriber.identity);
        return tracedSubscriber(subscriber, event, { routing, read: read >= found.entry.number, pending: pending > 0 });
      });
      const known = new Set(listening.map(({ identity }) => identity));
      const others = routings.filter(({ subscriber }) => !known.has(subscriber));
      const gone = others.map((routing) =>
        goneSubscriber(
          routing,
          subscribers.find(({ identity }) => identity === routing.subscriber),
        ),
      );
      const sorted = [...traced, ...gone].toSorted((a, b) => (a.name < b.name ? -1 : 1));
      if (clear || !isMarked(event.type)) return { event, subscribers: sorted };
      return { event: looked.masked, subscribers: maskedWords(sorted, personal) };
    },
  };
}

/** Pure. */
function tracedSubscriber(
  subscriber: Subscriber,
  event: BusEvent,
  {
    routing,
    read,
    pending,
  }: {
    readonly routing: InspectedRouting | undefined;
    readonly read: boolean;
    /** It is not done with all that it has read. */ readonly pending: boolean;
  },
): TracedSubscriber {
  const { name } = subscriber;
  const nothing = { skipped: [], deliveries: [], more: 0 };
  if (routing === undefined) {
    const kept = Date.now() - Date.parse(event.time) < keptMs;
    return { name, state: !read ? "unread" : !kept ? "forgotten" : pending ? "taken" : "passed", ...nothing };
  }
  const empty = routing.problem === undefined && routing.deliveries.length + routing.skipped.length === 0;
  const unwanted = empty ? turnedAway(subscriber, event) : undefined;
  if (unwanted !== undefined) return { name, state: "unmatched", ...unwanted, ...nothing };
  return { name, ...madeOf(routing) };
}

/** One that left the code, or the topic, with what it made of the event before. Pure. */
function goneSubscriber(routing: InspectedRouting, inCode: Subscriber | undefined): TracedSubscriber {
  if (inCode === undefined) return { name: routing.subscriber, gone: "code", ...madeOf(routing) };
  return { name: inCode.name, gone: "topic", ...madeOf(routing) };
}

/** Pure. */
function madeOf(routing: InspectedRouting): Omit<TracedSubscriber, "name"> {
  const { problem, tries, skipped, more } = routing;
  if (problem !== undefined)
    return {
      state: "problem",
      reason: tries?.reason ?? problem,
      ...(tries === undefined ? {} : { tries }),
      skipped: [],
      deliveries: [],
      more: 0,
    };
  const deliveries = routing.deliveries.map(({ id, route, channel, after, timeline, reported, progress }) => ({
    id,
    route,
    channel,
    ...deliveryState(timeline, after),
    timeline,
    ...statusesOf(reported),
    ...(progress === undefined ? {} : { progress }),
  }));
  return { state: "routed", skipped, deliveries, more };
}

/** As a trace and a delivery show them. Pure. */
export function statusesOf(reported: DeliveryStatuses | undefined): Pick<TracedDelivery, "status" | "statuses"> {
  return reported?.status === undefined ? {} : { status: reported.status, statuses: reported.entries };
}

/** Why the filter of today turns an event away. */
function turnedAway({ filter, topics }: Subscriber, event: BusEvent): Explanation | undefined {
  const topic = topics.find(({ name }) => name === event.type);
  try {
    return filter && topic && explain(filter, upcastEvent(topic, event).data);
  } catch {
    // An event that today's code cannot read has its problem elsewhere.
    return undefined;
  }
}
