import type { RoutedRecord } from "./topic-log.ts";

/** Field and value of a record: `<event id> <subscriber>`, of an audience's batch `<event id> <subscriber> <page>` → `[count, ["<id> <route> <channel>", …], problem?]`. */
export function encodeRouted({ eventId, subscriber, page, deliveries, problem }: RoutedRecord): [field: string, value: string] {
  const listed = deliveries.map(({ id, route, channel }) => `${id} ${route} ${channel}`);
  return [
    page === undefined ? `${eventId} ${subscriber}` : `${eventId} ${subscriber} ${page}`,
    JSON.stringify(problem === undefined ? [deliveries.length, listed] : [deliveries.length, listed, problem]),
  ];
}

export function decodeRouted(time: string, field: string, value: string): RoutedRecord {
  const [eventId = "", subscriber = "", page] = field.split(" ");
  const [, listed, problem] = JSON.parse(value) as [number, string[], string?];
  const deliveries = listed.map((text) => {
    const [id = "", route = "", channel = ""] = text.split(" ");
    return { id, route, channel };
  });
  return { eventId, time, subscriber, deliveries, ...(page === undefined ? {} : { page }), ...(problem === undefined ? {} : { problem }) };
}
