import type { RoutedRecord } from "./topic-log.ts";

const longestReason = 120;

/**
 * Field and value of a record: `<event id> <subscriber>`, of an audience's batch `<event id> <subscriber> <page>` →
 * `[count, ["<id> <route> <channel>", …], problem or null, ["<skipped route> <reason>", …], ["<audience's id> <route>", …]]`; what is empty at
 * its end is left out.
 * A later step of a `firstOf` has the route before it as a fourth word.
 */
export function encodeRouted(record: RoutedRecord): [field: string, value: string] {
  const { eventId, subscriber, page, deliveries, problem = null, skipped = [], audiences = [] } = record;
  const listed = deliveries.map(({ id, route, channel, after }) => `${id} ${route} ${channel}${after === undefined ? "" : ` ${after}`}`);
  const reasons = skipped.map(({ route, reason }) => `${route} ${reason.slice(0, longestReason)}`);
  const tail = [problem, reasons, audiences.map(({ id, route }) => `${id} ${route}`)];
  while (tail.length > 0 && (tail.at(-1) ?? []).length === 0) tail.pop();
  const field = page === undefined ? `${eventId} ${subscriber}` : `${eventId} ${subscriber} ${page}`;
  return [field, JSON.stringify([deliveries.length, listed, ...tail])];
}

export function decodeRouted(time: string, field: string, value: string): RoutedRecord {
  const [eventId = "", subscriber = "", page] = field.split(" ");
  const [, listed, problem, reasons = [], looked = []] = JSON.parse(value) as [number, string[], (string | null)?, string[]?, string[]?];
  const deliveries = listed.map((text) => {
    const [id = "", route = "", channel = "", after] = text.split(" ");
    return { id, route, channel, ...(after === undefined ? {} : { after }) };
  });
  const skipped = reasons.map((text) => ({ route: text.slice(0, text.indexOf(" ")), reason: text.slice(text.indexOf(" ") + 1) }));
  const audiences = looked.map((text) => {
    const [id = "", route = ""] = text.split(" ");
    return { id, route };
  });
  return {
    eventId,
    time,
    subscriber,
    deliveries,
    ...(page === undefined ? {} : { page }),
    ...(problem === undefined || problem === null ? {} : { problem }),
    ...(skipped.length === 0 ? {} : { skipped }),
    ...(audiences.length === 0 ? {} : { audiences }),
  };
}

/** The record without what may quote its event. Pure. */
export function withoutReasons({ problem, skipped, ...record }: RoutedRecord): RoutedRecord {
  return {
    ...record,
    ...(problem === undefined ? {} : { problem: "erased" }),
    ...(skipped === undefined ? {} : { skipped: skipped.map(({ route }) => ({ route, reason: "erased" })) }),
  };
}
