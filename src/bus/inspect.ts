import { cursorsOf, type PageRequest } from "../base/cursor.ts";
import type { Logger } from "../base/logger.ts";
import type { Catalog, Topics } from "../define/catalog.ts";
import { type BusEvent, decodeEvent } from "../define/event.ts";
import { refuseHopeless } from "../define/filter-problems.ts";
import type { ParsedPattern } from "../filter/parsed-pattern.ts";
import { type PatternIndex, patternIndex } from "../filter/pattern-index.ts";
import { byNewest, type EntryPlace, isEntryPlace } from "../log/entry-place.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { QueueCounts } from "../queues/delivery-queue.ts";
import type { LazyParts } from "./parts.ts";
import { channelNames } from "../define/channel-name.ts";
import type { LookedAt } from "../vault/look.ts";
import type { Vault } from "../vault/vault-port.ts";
import { maskedWords } from "./masked.ts";
import { recordView, type View } from "./view.ts";
import { unknownTopic } from "./publish.ts";
import { type InspectedRouting, routingsReader } from "./routings.ts";
import { type SearchOptions, type SearchResult, searcher } from "./search.ts";
import { type Trace, tracer } from "./trace.ts";

/**
 * What became of it. Reads only; connects with its first question. Events are shown in the newest version of their topic, as far as this build
 * can bring them up, and personal data is masked unless a `view` says who sees it.
 */
export interface Inspector {
  /** The newest events of all topics, newest first. */
  events(count: number, view?: View): Promise<readonly BusEvent[]>;
  /**
   * The same by page, in the order in which they were appended, the newest first; 50 by default.
   * @throws BusbarError `INVALID_CURSOR`
   */
  eventsPage(options?: PageRequest & View): Promise<EventsPage>;
  /** What each subscriber planned for an event, and the time line of each delivery. */
  deliveries(event: { readonly id: string; readonly time: string; readonly type?: string }): Promise<readonly InspectedRouting[]>;
  /** An event by its id, by the id of one of its deliveries, or by its idempotency key; undefined where it is not in the log (any more). */
  event(id: string, view?: View): Promise<BusEvent | undefined>;
  /** What became of an event, step by step; found as `event` finds it. */
  trace(id: string, view?: View): Promise<Trace | undefined>;
  /** What became of all events that have a value at one of their topics' search keys (`index`). */
  search(options: SearchOptions): Promise<SearchResult>;
  /**
   * The newest events and all that are published after them, oldest first, until `signal` aborts.
   * @param options.topics all by default
   * @param options.last how many of the newest to begin with; 0 by default
   * @param options.filters only events whose payload, as it is shown, matches one of these patterns; all by default. The newest are counted before
   * @throws BusbarError `UNKNOWN_TOPIC`; `INVALID_FILTER` where none of the topics has a payload that a filter could match
   */
  tail(options: TailOptions): AsyncIterable<BusEvent>;
  queues(): Promise<Readonly<Record<string, QueueCounts>>>;
  /** How many sends followed one that may have been accepted, ever: an upper bound of the duplicates. */
  doubtful(): Promise<number>;
}

export interface EventsPage {
  readonly events: readonly BusEvent[];
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}

export interface TailOptions {
  readonly topics?: readonly string[];
  readonly last?: number;
  readonly filters?: readonly ParsedPattern[];
  readonly signal: AbortSignal;
  /** Who sees personal data in the clear; see `View`. */
  readonly showPii?: View["showPii"];
}

export interface InspectorOptions {
  readonly application: string;
  readonly catalog: () => Promise<Catalog>;
  readonly topics: Topics;
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly vault: Pick<Vault, "look">;
  readonly logger: Logger;
}

const cursors = cursorsOf("events", isEntryPlace);

export function inspector({ application, catalog, topics, log, parts, vault, logger }: InspectorOptions): Inspector {
  const { ledger, queues } = parts;
  const names = Object.values(topics).map((topic) => topic.name);
  const marked = new Set(Object.values(topics).flatMap(({ name, marks }) => (marks === undefined ? [] : [name])));
  const deliveries = routingsReader({ application, names, log, parts });
  const { event, find, chainOf, traceOf } = tracer({ application, log, parts, catalog, deliveries, vault });
  const search = searcher({ log, catalog, traceOf, vault });
  const recorded = (view: View, of: string): Promise<boolean> => recordView(parts.audit, view, of);

  const lookedAt = async (jsons: readonly string[]): Promise<LookedAt[]> => {
    const looked = await vault.look(jsons);
    return looked.flatMap((one) => {
      if (!(one instanceof Error)) return [one];
      logger.warn({ error: one.message }, "a log entry is no event that can be shown");
      return [];
    });
  };

  const eventsPage = async ({ count = 50, cursor, ...view }: PageRequest & View = {}): Promise<EventsPage> => {
    const after = cursors.read(cursor);
    const open = await recorded(view, "the newest events");
    const ofTopic = async (topic: string) => {
      const partitions = Array.from({ length: await log.partitions(topic) }, async (_, partition) =>
        (await log.latest(topic, partition, count + 1, after)).map(({ id, json }) => ({ topic, partition, entryId: id, json })),
      );
      return (await Promise.all(partitions)).flat();
    };
    const all = (await Promise.all(names.map(ofTopic))).flat().toSorted(byNewest);
    const page = all.slice(0, count);
    const last = page.at(-1);
    return {
      events: (await lookedAt(page.map(({ json }) => json))).map(({ clear, masked }) => (open ? clear : masked)),
      ...(all.length > count && last !== undefined ? { next: cursors.write(placeOf(last)) } : {}),
    };
  };

  return {
    event: async (id, view = {}) => event(id, await recorded(view, `the event ${id}`)),
    trace: async (id, view = {}) => {
      const found = await find(id);
      if (found === undefined) return undefined;
      const written = decodeEvent(found.entry.json);
      const clear = await recorded(view, `the trace of ${written.id}`);
      const [traced, chain] = await Promise.all([traceOf(found, clear), chainOf(written)]);
      return { ...traced, chain };
    },
    search: async (options) => {
      await recorded(options, `the events found by ${options.key ?? "a value"}`);
      return search(options);
    },

    async *tail({ topics: wanted = names, last = 0, filters, signal, ...view }) {
      const index = filters && indexOf(filters);
      for (const name of wanted) if (!names.includes(name)) throw unknownTopic(name, names);
      refuseHopeless(
        filters ?? [],
        Object.values(topics).filter(({ name }) => wanted.includes(name)),
      );
      const open = await recorded(
        view,
        `events as they are published: ${wanted.length === names.length ? "all topics" : wanted.join(", ")}`,
      );
      for await (const { json } of log.follow({ topics: wanted, last, signal }))
        for (const { clear, masked } of await lookedAt([json])) {
          // A filter sees what its reader sees: it would give away, letter by letter, what is masked.
          const seen = open ? clear : masked;
          if (index === undefined || index.matching(seen.data).length > 0) yield seen;
        }
    },

    async events(count, view = {}) {
      const { events } = await eventsPage({ count, ...view });
      return events.toSorted((a, b) => (a.time < b.time ? 1 : -1));
    },

    eventsPage,

    deliveries: async (of) => {
      const read = await deliveries(of);
      return of.type !== undefined && marked.has(of.type) ? maskedWords(read) : read;
    },

    async queues() {
      const all = [...channelNames.map((channel) => queues().of(channel)), queues().routing, queues().audiences, queues().callbacks];
      return Object.fromEntries(await Promise.all(all.map(async (queue) => [queue.name, await queue.counts()] as const)));
    },

    doubtful: () => ledger().doubtful(),
  };
}

const placeOf = ({ topic, partition, entryId }: EntryPlace): EntryPlace => ({ topic, partition, entryId });

function indexOf(filters: readonly ParsedPattern[]): PatternIndex<number> {
  const index = patternIndex<number>();
  for (const [number, filter] of filters.entries()) index.add(number, filter);
  return index;
}
