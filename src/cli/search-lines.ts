import type { FoundTrace, SearchResult } from "../bus/search.ts";
import { nearestName } from "../define/names.ts";
import { searchNames } from "../define/search-name.ts";
import { countOf } from "./figures.ts";
import { traceLines } from "./trace-lines.ts";
import { oneLine } from "./visible.ts";

/** So many topics are named with their search keys. */
const mostNamed = 5;

/** What was asked for: a value, perhaps at a search key. */
export interface Searched {
  readonly key?: string;
  readonly value: string;
}

/** All events that were found, each as a tree. Pure. */
export function foundLines({ value }: Searched, { events, more }: SearchResult): string[] {
  const keys = [...new Set(events.flatMap((event) => event.keys))];
  const at = keys.length === 0 ? "" : ` at ${keys.join(", ")}`;
  const found = more ? `the newest ${countOf(events.length, "event")}` : countOf(events.length, "event");
  return [
    oneLine(`${JSON.stringify(value)}${at}: ${found}${events.length > 1 && !more ? ", the newest first" : ""}`),
    ...events.flatMap((event) => ["", ...traceLines(event)]),
    ...(more ? ["", "there are older ones: --limit shows more"] : []),
  ];
}

/** That events besides the one of an idempotency key have it as a value. Pure. */
export function othersLine(value: string, eventId: string, events: readonly FoundTrace[]): string[] {
  const other = events.find(({ event }) => event.id !== eventId);
  const key = other?.keys[0];
  if (key === undefined) return [];
  return [
    "",
    oneLine(`this is the event of the idempotency key; others have the value at ${key}: busbar trace ${key} ${JSON.stringify(value)}`),
  ];
}

/**
 * Why nothing was found, what was searched, and what to do. Pure.
 * @param all what a search without the name has looked through
 */
export function nothingFound({ key, value }: Searched, { searched }: SearchResult, all: SearchResult): string {
  const text = JSON.stringify(value);
  const kept =
    "events are kept as long as their topic says, finished deliveries for 24 hours, idempotency keys as long as the topic's window";
  const keys = all.searched.flatMap((topic) => topic.keys);
  if (all.searched.length === 0) {
    const none = `no topic has search keys: name paths of its payload, such as defineTopic(…, { index: ["orderId"] }), and what is published from then on is found`;
    return oneLine(key === undefined ? `no event, delivery or idempotency key is ${text}: ${kept}; and ${none}` : none);
  }
  if (searched.length === 0) {
    const near = nearestName(key!.toLowerCase(), keys.flatMap(searchNames));
    const advice = near === undefined ? "." : `; did you mean ${near}?`;
    return oneLine(`no topic has a search key that is called ${JSON.stringify(key)}${advice} There are: ${topicsText(all)}`);
  }
  const elsewhere = all.events[0]?.keys[0];
  const hint =
    key === undefined
      ? `no event, delivery or idempotency key is ${text}: ${kept}`
      : `no event has ${text} there${elsewhere === undefined ? "" : ` (one has it at ${elsewhere})`}`;
  return oneLine(
    `${hint}. Search keys that were looked through: ${topicsText({ searched })}; values are compared exactly, and what is found was published since its topic has the key, and is still in its log`,
  );
}

function topicsText({ searched }: Pick<SearchResult, "searched">): string {
  const more = searched.length - mostNamed;
  const named = searched.slice(0, mostNamed).map(({ topic, keys }) => `${topic} (${keys.join(", ")})`);
  return `${named.join(", ")}${more > 0 ? ` and those of ${countOf(more, "more topic")} (busbar topics)` : ""}`;
}
