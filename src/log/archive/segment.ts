import { randomUUID } from "node:crypto";
import type { RoutedRecord } from "../topic-log.ts";

/**
 * A segment is what one topic and partition published on one day (UTC, by the time of the append): lines of JSON, gzipped, in the order of the log. The first line is
 * its header, each further one an entry with what its subscribers had planned for it and how that had ended.
 *
 * | name | what |
 * |---|---|
 * | `<app>/<topic>/<day>/p<n>.<writer>.ndjson.gz` | the segment; `<day>` such as `2026-11-21`. Each writer has a name of its own, eight hexadecimal digits, so that two of one day never write over each other's; in archives of before there is none |
 * | `<app>/<topic>/<day>/p<n>.json` | its manifest, which names it, written last and once: of two writers, the first one's counts, and a segment that it does not name is none |
 * | `<app>/<topic>/<day>/p<n>.queued/<replay>-<entry>.json` | deliveries that a replay queued out of it: nothing else remembers that for long |
 *
 * A line: `{"id": entry id, "n": its number, "event": a CloudEvent, "planned": [[subscriber, [[delivery, route, channel, end, sent?], …], [audience route, …], problem?], …]}`.
 * Ends: `s` sent, `p` suppressed, `n` cancelled, `d` dead, `o` not at its end when it was archived, `m` never sent, and in no queue. `sent` is `[to, { field: text or [digest, beginning] }]`.
 */
export interface SegmentPlace {
  readonly application: string;
  readonly topic: string;
  /** Such as `2026-11-21`. */
  readonly day: string;
  readonly partition: number;
}

export interface Manifest extends SegmentPlace {
  readonly version: 1;
  /** Whose segment it is; absent in archives of before. */
  readonly writer?: string;
  readonly events: number;
  readonly deliveries: number;
  /** Entry ids. */
  readonly first: string;
  readonly last: string;
  /** The numbers of these entries: where the next segment goes on with the next number, nothing is missing between them. */
  readonly firstNumber: number;
  readonly lastNumber: number;
  /** Of the compressed file. */
  readonly bytes: number;
  readonly sha256: string;
  /** Before compression. */
  readonly plainBytes: number;
  /** False: it was written when nobody knew any more what had been sent. */
  readonly outcomes: boolean;
  /** RFC 3339. */
  readonly written: string;
}

export type ArchivedEnd = "s" | "p" | "n" | "d" | "o" | "m";

/** A delivery with its end, and what it said, as the ledger writes it down. */
export type ArchivedDelivery = readonly [id: string, route: string, channel: string, end: ArchivedEnd, sent?: unknown];

export type ArchivedPlan = readonly [
  subscriber: string,
  deliveries: readonly ArchivedDelivery[],
  audiences: readonly string[],
  problem?: string,
];

export interface ArchivedEntry {
  readonly id: string;
  readonly n: number;
  readonly event: unknown;
  readonly planned: readonly ArchivedPlan[];
}

export function segmentName({ application, topic, day, partition, writer }: SegmentPlace & Pick<Manifest, "writer">): string {
  return `${application}/${topic}/${day}/p${partition}${writer === undefined ? "" : `.${writer}`}.ndjson.gz`;
}

/** A name that no other writer has. */
export const writerName = (): string => randomUUID().slice(0, 8);

export const isWriterName = (name: unknown): boolean => typeof name === "string" && /^[0-9a-f]{8}$/.test(name);

export function manifestName({ application, topic, day, partition }: SegmentPlace): string {
  return `${application}/${topic}/${day}/p${partition}.json`;
}

export function queuedPrefix({ application, topic, day, partition }: SegmentPlace): string {
  return `${application}/${topic}/${day}/p${partition}.queued/`;
}

export const dayMs = 86_400_000;

export function dayName(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Its first millisecond since 1970. */
export function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/** One line of a segment. The event's JSON goes through as it is. @param planned its JSON */
export function entryLine(
  { id, number, json }: { readonly id: string; readonly number: number; readonly json: string },
  planned: string,
): string {
  const oneLine = json.includes("\n") ? JSON.stringify(JSON.parse(json)) : json;
  return `{"id":"${id}","n":${number},"event":${oneLine},"planned":${planned}}\n`;
}

/** What is planned for one entry, as its line has it. */
export interface PlannedText {
  readonly json: string;
  readonly deliveries: number;
}

/** How a delivery ended, and what it said, as JSON. */
export interface KnownEnd {
  readonly end: ArchivedEnd;
  readonly sent?: string | undefined;
}

/** What the routing records of an event come to, a plan a subscriber. Pure. */
export function plannedText(records: readonly RoutedRecord[], endOf: (id: string) => KnownEnd): PlannedText {
  if (records.length === 0) return { json: "[]", deliveries: 0 };
  const plans = new Map<string, { deliveries: Map<string, string>; audiences: Set<string>; problem: string | undefined }>();
  for (const { subscriber, deliveries, page, problem } of records) {
    // What was sent again on purpose is no answer to the question what was sent.
    if (page?.startsWith("again/") === true) continue;
    const plan = plans.get(subscriber) ?? { deliveries: new Map(), audiences: new Set(), problem: undefined };
    plans.set(subscriber, plan);
    plan.problem ??= problem;
    if (page !== undefined && !page.startsWith("replay/")) plan.audiences.add(page.slice(0, page.lastIndexOf("/")));
    // Ids, names and channels hold nothing that JSON would write otherwise.
    for (const { id, route, channel } of deliveries) {
      const { end, sent } = endOf(id);
      plan.deliveries.set(id, `["${id}","${route}","${channel}","${end}"${sent === undefined ? "" : `,${sent}`}]`);
    }
  }
  const all = [...plans].map(([subscriber, { deliveries, audiences, problem }]) => {
    const more = problem === undefined ? "" : `,${JSON.stringify(problem)}`;
    return `["${subscriber}",[${[...deliveries.values()].join(",")}],${JSON.stringify([...audiences])}${more}]`;
  });
  return { json: `[${all.join(",")}]`, deliveries: [...plans.values()].reduce((sum, { deliveries }) => sum + deliveries.size, 0) };
}
