import type { BusEvent } from "../define/event.ts";
import type { History, SeenAudience, SeenDelivery } from "./history.ts";
import { type Row, table } from "./table.ts";
import type { TestMessage } from "./test-message.ts";

/** Everything that became of what was published, for the eyes of whoever expected something else. */
export function overview(history: History, messageOf: (deliveryId: string) => TestMessage | undefined): string {
  if (history.events().length === 0) return "Nothing was published.";
  const deliveries = history.deliveries().map((seen) => deliveryRow(seen, messageOf(seen.delivery.id)?.subject));
  return sections([
    ["Deliveries", deliveries],
    ["Routes that were skipped", history.skipped().map(({ event, ...row }) => ({ topic: event.type, ...row }))],
    ["Events that could not be routed", history.unroutable().map(({ eventId, ...row }) => ({ event: eventId, ...row }))],
    ["Audiences", history.audiences().map(audienceRow)],
  ]);
}

/** Every event that was published. */
export function eventsOverview(history: History): string {
  return sections([["What was published", history.events().map(eventRow)]]);
}

/** Titles with tables; those without rows are left out, but for the first. */
export function sections(parts: readonly (readonly [title: string, rows: readonly Row[]])[]): string {
  return parts
    .filter(([, rows], index) => index === 0 || rows.length > 0)
    .map(([title, rows]) => (rows.length === 0 ? `${title}: none` : `${title} (${rows.length}):\n${table(rows)}`))
    .join("\n");
}

export function eventRow({ type, id, data }: BusEvent): Row {
  return { topic: type, event: id, data: JSON.stringify(data) };
}

export function audienceRow({ event, subscriber, route, state, released, why }: SeenAudience): Row {
  return { topic: event.type, subscriber, route, state, released: String(released), why };
}

export function deliveryRow({ delivery, subscriber, route, state, due, why }: SeenDelivery, subject = ""): Row {
  const { channel, to } = delivery;
  return { state, channel, to, subscriber, route, subject, until: due === undefined ? "" : new Date(due).toISOString(), why };
}
