import type { Catalog } from "../../define/catalog.ts";
import type { ChannelName } from "../../define/channel-name.ts";
import { type BusEvent, eventHead } from "../../define/event.ts";
import { isMessageRoute } from "../../define/route.ts";
import { type ArchivedEnd, type KnownEnd, plannedText, type PlannedText } from "../../log/archive/segment.ts";
import type { LogEntry, RoutedRecord, TopicLog } from "../../log/topic-log.ts";
import type { LedgerStanding } from "../../workers/ledger.ts";
import type { LazyParts } from "../parts.ts";

export interface EndsOptions {
  readonly log: Pick<TopicLog, "routed" | "routedBy">;
  readonly parts: Pick<LazyParts, "ledger" | "queues">;
  readonly catalog: Catalog;
  readonly topic: string;
  readonly partition: number;
  /** Replays that may have added to what was planned. */
  readonly replays: readonly string[];
}

const endOf: Readonly<Record<LedgerStanding, ArchivedEnd>> = {
  sent: "s",
  suppressed: "p",
  cancelled: "n",
  dead: "d",
  busy: "o",
  open: "o",
};

interface Planned {
  readonly id: string;
  readonly channel: string;
  readonly event: { readonly time: string };
}

/** What was planned for entries of a log, how it ended, and what was said: as an archive keeps it. */
export function archivedEnds({ log, parts, catalog, topic, partition, replays }: EndsOptions) {
  const listening = catalog.subscribers.filter(({ topics }) => topics.some(({ name }) => name === topic));
  const subscribers = listening.map(({ identity }) => identity);
  // The batches of an audience have names that nobody can tell beforehand, so each event is looked through.
  const audiences = listening.some(({ routes }) => routes.some((route) => isMessageRoute(route) && route.audience !== undefined));
  const pages = replays.map((id) => `replay/${id}`);

  const recordsOf = async (events: readonly Head[]): Promise<readonly RoutedRecord[]> => {
    if (!audiences) return log.routedBy(partition, { events, subscribers, pages });
    const found = await Promise.all(events.map(({ id, time }) => log.routed(id, time, partition + 1)));
    return found.flat().filter(({ subscriber }) => subscribers.includes(subscriber));
  };

  return async (entries: readonly LogEntry[]): Promise<readonly PlannedText[]> => {
    const events = entries.map(eventOf);
    const records = await recordsOf(events.flatMap((event) => event ?? []));
    const planned = records.flatMap(({ deliveries, time }) =>
      deliveries.map(({ id, channel }): Planned => ({ id, channel, event: { time } })),
    );
    const [standings, sent] = await Promise.all([parts.ledger().standings(planned), parts.ledger().sent(planned)]);
    const ends = new Map<string, KnownEnd>();
    for (const [index, { id }] of planned.entries()) ends.set(id, { end: endOf[standings[index]!], sent: sent[index] });
    await Promise.all(
      planned
        .filter((_, index) => standings[index] === "open")
        .map(async (delivery) => ends.set(delivery.id, { end: await openEnd(delivery) })),
    );
    const byEvent = new Map<string, RoutedRecord[]>();
    for (const record of records) known(byEvent, record.eventId).push(record);
    return events.map((event) => plannedText((event && byEvent.get(event.id)) ?? [], (id) => ends.get(id)!));
  };

  /** Of what the ledger knows no end: the queue may hold it still. */
  async function openEnd({ id, channel }: Planned): Promise<ArchivedEnd> {
    const state = (
      await parts
        .queues()
        .of(channel as ChannelName)
        .find(id)
    )?.state;
    if (state === "dead") return "d";
    return state === undefined ? "m" : "o";
  }
}

type Head = Pick<BusEvent, "id" | "time">;

function eventOf({ json }: LogEntry): Head | undefined {
  try {
    return eventHead(json);
  } catch {
    return undefined;
  }
}

function known(byEvent: Map<string, RoutedRecord[]>, id: string): RoutedRecord[] {
  const records = byEvent.get(id) ?? [];
  byEvent.set(id, records);
  return records;
}
