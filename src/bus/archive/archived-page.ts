import type { ArchivedDelivery, ArchivedEnd, ArchivedEntry } from "../../log/archive/segment.ts";
import type { BusEvent } from "../../define/event.ts";
import type { LogEntry, RoutedRecord } from "../../log/topic-log.ts";
import type { ArchivedPage } from "../../router/replay.ts";
import type { Standing } from "../../router/replay-counts.ts";
import type { LedgerStanding } from "../../workers/ledger.ts";

/** What an archive knows of a page of events, beside what a replay asks. */
export interface KnownPage extends ArchivedPage {
  /** What was planned then. */
  readonly records: readonly RoutedRecord[];
  standing(deliveryId: string): LedgerStanding;
  sent(deliveryId: string): string | undefined;
}

/** What replays have queued out of a segment: a delivery → whether that was long ago, or by another one. */
export type QueuedBefore = ReadonlySet<string>;

const stood: Readonly<Record<ArchivedEnd, Standing | undefined>> = {
  s: "sent",
  p: "ended",
  n: "ended",
  d: "dead",
  o: "ended",
  m: undefined,
};
const standing: Readonly<Record<ArchivedEnd, LedgerStanding>> = {
  s: "sent",
  p: "suppressed",
  n: "cancelled",
  d: "dead",
  o: "busy",
  m: "open",
};

/** Pure, but for `queueing`, which is handed on. */
export function knownPage(
  entries: readonly ArchivedEntry[],
  { before, queueing }: { readonly before: QueuedBefore; readonly queueing: (ids: readonly string[]) => Promise<void> },
): KnownPage {
  const deliveries = new Map<string, ArchivedDelivery>();
  const audiences = new Set<string>();
  const records: RoutedRecord[] = [];
  for (const { event, planned } of entries) {
    const { id: eventId = "", time = "" } = (event ?? {}) as Partial<BusEvent>;
    for (const [subscriber, made, lookedUp, problem] of planned) {
      for (const delivery of made) deliveries.set(delivery[0], delivery);
      for (const route of lookedUp) audiences.add(`${eventId} ${subscriber} ${route}`);
      const own = made.map(([id, route, channel]) => ({ id, route, channel }));
      records.push({ eventId, time, subscriber, deliveries: own, ...(problem === undefined ? {} : { problem }) });
    }
  }
  return {
    records,
    stood(id) {
      if (before.has(id)) return "underWay";
      const found = deliveries.get(id);
      return found && stood[found[3]];
    },
    lookedUp: ({ event, subscriber, route }) => audiences.has(`${event.id} ${subscriber} ${route}`),
    queueing,
    standing: (id) => (deliveries.has(id) ? standing[deliveries.get(id)![3]] : "open"),
    sent(id) {
      const short = deliveries.get(id)?.[4];
      return short === undefined ? undefined : JSON.stringify(short);
    },
  };
}

/** As the log had it. */
export function logEntryOf({ id, n, event }: ArchivedEntry): LogEntry {
  return { id, number: n, json: JSON.stringify(event), deliveries: 0 };
}
