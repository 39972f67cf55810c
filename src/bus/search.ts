import { cursorsOf } from "../base/cursor.ts";
import type { Catalog } from "../define/catalog.ts";
import { type BusEvent, decodeEvent } from "../define/event.ts";
import { searchKeysOf } from "../define/search-keys.ts";
import { meansSearchKey } from "../define/search-name.ts";
import { newestEvent } from "../define/upcast.ts";
import { type EntryPlace, isEntryPlace } from "../log/entry-place.ts";
import type { FoundEntry, TopicLog } from "../log/topic-log.ts";
import type { Vault } from "../vault/vault-port.ts";
import type { Trace } from "./trace.ts";
import type { View } from "./view.ts";

export interface SearchOptions {
  /** Compared exactly, numbers as text. */
  readonly value: string;
  /**
   * Only search keys of this name: a path (`customer.email`), its last part (`email`), or that without its `Id` (`order` of `orderId`);
   * upper and lower case are alike. Default: all.
   */
  readonly key?: string | undefined;
  /** So many events at most, the newest. Default 20, at most 1,000. */
  readonly limit?: number | undefined;
  /** The `next` of the page before, asked for the same value and key. */
  readonly cursor?: string | undefined;
  /** Who sees personal data in the clear; see `View`. */
  readonly showPii?: View["showPii"];
}

export interface SearchResult {
  /** The newest first, each with what became of it. */
  readonly events: readonly FoundTrace[];
  /** There are older ones, beyond the limit. */
  readonly more: boolean;
  /** The `cursor` of the next page, where there are more. */
  readonly next?: string;
  /** The topics that were searched, and by which of their search keys; empty: no topic has such a key. */
  readonly searched: readonly { readonly topic: string; readonly keys: readonly string[] }[];
}

export interface FoundTrace extends Trace {
  /** The search keys at which the event has the value. */
  readonly keys: readonly string[];
}

export interface SearcherOptions {
  readonly log: TopicLog;
  readonly catalog: () => Promise<Catalog>;
  readonly traceOf: (found: FoundEntry, clear: boolean) => Promise<Trace>;
  readonly vault: Pick<Vault, "look">;
}

interface Match {
  readonly event: BusEvent;
  readonly found: FoundEntry;
  readonly keys: readonly string[];
}

const cursors = cursorsOf("events that were searched", isEntryPlace);
const defaultLimit = 20;
const mostEvents = 1_000;
/** A trace asks Redis a dozen things. */
const tracesAtOnce = 10;

/** Finds events by their search keys. The log says what was appended with a value; by which key it has it, the event itself says. */
export function searcher({ log, catalog, traceOf, vault }: SearcherOptions) {
  return async ({ value, key, limit = defaultLimit, cursor, showPii }: SearchOptions): Promise<SearchResult> => {
    const selection = [value, key];
    const after = cursors.read(cursor, selection);
    const indexed = (await catalog()).topics.flatMap((topic) => {
      const keys = topic.index.filter((path) => key === undefined || meansSearchKey(key, path));
      return keys.length === 0 ? [] : [{ topic, keys }];
    });
    const searched = indexed.map(({ topic, keys }) => ({ topic: topic.name, keys }));
    const topics = indexed.map(({ topic }) => topic);
    const most = Math.min(limit, mostEvents);

    const matches = new Map<string, Match>();
    let more = false;
    let last: EntryPlace | undefined;
    for await (const found of log.search(value, topics, after)) {
      const { topic, keys: wanted } = indexed.find((each) => each.topic.name === found.topic)!;
      const [looked] = await vault.look([found.entry.json]);
      const event = looked instanceof Error ? decodeEvent(found.entry.json) : looked!.clear;
      const { data } = newestEvent([topic], event);
      const closed = looked instanceof Error ? [] : (looked!.closed ?? []);
      // What has the value at none of its keys that can be read has it at one that cannot.
      const hidden = closed.length > 0 && searchKeysOf(topic.index, data, value).length === 0;
      const keys = (hidden ? closed : [value]).flatMap((text) => searchKeysOf(wanted, data, text));
      // What an older version had under another name counts where no name is asked for.
      if ((key !== undefined && keys.length === 0) || matches.has(event.id)) continue;
      if (matches.size === most) {
        more = true;
        break;
      }
      matches.set(event.id, { event, found, keys });
      last = { topic: found.topic, partition: found.partition, entryId: found.entry.id };
    }

    const events: FoundTrace[] = [];
    const all = [...matches.values()].toSorted(newestFirst);
    for (let index = 0; index < all.length; index += tracesAtOnce) {
      const some = all.slice(index, index + tracesAtOnce);
      events.push(
        ...(await Promise.all(some.map(async ({ found, keys }) => ({ ...(await traceOf(found, showPii !== undefined)), keys })))),
      );
    }
    return { events, more, ...(more && last !== undefined ? { next: cursors.write(last, selection) } : {}), searched };
  };
}

/** By when they were appended; logs have no order among each other within a millisecond, so that the events' own times decide there. */
function newestFirst(a: Match, b: Match): number {
  const [aTime, aNumber] = a.found.entry.id.split("-").map(Number) as [number, number];
  const [bTime, bNumber] = b.found.entry.id.split("-").map(Number) as [number, number];
  return bTime - aTime || Date.parse(b.event.time) - Date.parse(a.event.time) || bNumber - aNumber;
}
