import { messageOf } from "../base/errors.ts";
import type { BusEvent } from "../define/event.ts";
import { markedValues, scalarsIn } from "../define/marked-values.ts";
import { maskWords } from "../define/mask.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { type NewerVersion, newerVersion, newerVersionText } from "../define/upcast.ts";
import type { LogEntry, Position, RoutedRecord } from "../log/topic-log.ts";
import { plan, type Plan } from "./plan.ts";
import type { PlanOptions } from "./plan-options.ts";
import { decoded } from "./read-events.ts";
import { routingRecord, type RoutingRecord } from "./routing-record.ts";
import { suspects } from "./suspects.ts";

/** What is to be done for one entry before it may be acknowledged. */
export type RoutedEntry =
  | { readonly kind: "planned"; readonly entry: LogEntry; readonly event: BusEvent; readonly plan: Plan; readonly record: RoutedRecord }
  | { readonly kind: "unroutable"; readonly entry: LogEntry; readonly routing: RoutingRecord; readonly record: RoutedRecord | undefined };

interface Why {
  readonly poison?: boolean;
  readonly newer?: NewerVersion | undefined;
}

/**
 * decode → plan for one entry. It never throws: what cannot be routed becomes a routing record.
 * @param read the entry as an event that can be planned, or why it is none
 */
export function routeEntry(
  entry: LogEntry,
  position: Position,
  {
    subscriber,
    options,
    read = decoded(entry.json),
  }: { readonly subscriber: Subscriber; readonly options: PlanOptions; readonly read?: BusEvent | Error | undefined },
): RoutedEntry {
  const unroutable = (reason: string, event: BusEvent | undefined, { poison = false, newer }: Why = {}): RoutedEntry => ({
    kind: "unroutable",
    entry,
    routing: routingRecord({
      application: options.application,
      subscriber: subscriber.identity,
      topic: position.topic,
      partition: position.partition,
      entryId: entry.id,
      json: entry.json,
      reason,
      poison,
      ...(newer === undefined ? {} : { newer }),
    }),
    record: event && {
      eventId: event.id,
      time: event.time,
      subscriber: subscriber.identity,
      deliveries: [],
      problem: withoutPersonal(reason, event, subscriber),
    },
  });

  if (read instanceof Error) return unroutable(read.message, eventOf(entry));
  const event = read;
  if (entry.deliveries >= suspects.poisonFrom)
    return unroutable(`poison: its plan ended ${entry.deliveries - 1} routers`, event, { poison: true });
  const newer = newerVersion(subscriber.topics, event);
  if (newer !== undefined) return unroutable(`it waits for a newer process: ${newerVersionText(newer)}`, event, { newer });
  try {
    const planned = plan(subscriber, event, options);
    return { kind: "planned", entry, event, plan: planned, record: routedRecord(subscriber, event, planned) };
  } catch (error) {
    return unroutable(messageOf(error), event);
  }
}

/** The record goes into archives, where nobody can erase it: of an event with subjects it quotes no personal value. */
function withoutPersonal(reason: string, event: BusEvent, { topics }: Subscriber): string {
  if (event.subjects === undefined) return reason;
  const place = topics.find(({ name }) => name === event.type)?.marks?.places[event.dataversion - 1];
  const personal = place === undefined ? [] : markedValues(place, event.data).flatMap(({ value }) => scalarsIn(value));
  return maskWords(reason, personal);
}

/** What cannot be opened may be an event all the same. */
function eventOf({ json }: LogEntry): BusEvent | undefined {
  const event = decoded(json);
  return event instanceof Error ? undefined : event;
}

export function routedRecord(subscriber: Subscriber, event: BusEvent, { deliveries, audiences, skipped }: Plan): RoutedRecord {
  const { id: eventId, time } = event;
  // A filter turns most events away: its reason is not worth the room, because anyone can ask the filter again.
  const told = skipped.filter(({ reason }) => !reason.startsWith("filter: "));
  return {
    eventId,
    time,
    subscriber: subscriber.identity,
    deliveries: deliveries.map(({ id, route, channel, firstOf }) => {
      const after = firstOf?.steps[firstOf.step - 1]?.route;
      return { id, route, channel, ...(after === undefined ? {} : { after }) };
    }),
    ...(told.length === 0 ? {} : { skipped: told }),
    ...(audiences.length === 0 ? {} : { audiences: audiences.map(({ id, route }) => ({ id, route })) }),
  };
}
