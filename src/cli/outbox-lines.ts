import type { Stats } from "../bus/stats.ts";
import type { RefusedEvent } from "../outbox/outbox-control.ts";
import { ageText, countOf, countText } from "./figures.ts";
import { tableLines } from "./table.ts";
import { oneLine } from "./visible.ts";

/** What waits in the outbox and what was set aside, for people. Pure. */
export function outboxLines(outbox: NonNullable<Stats["outbox"]>): string[] {
  if ("problem" in outbox) return [`The outbox cannot be seen: ${oneLine(outbox.problem)}`];
  const { waiting, oldestAge, refused, unknownTopics } = outbox;
  return [
    waiting === 0
      ? "No event waits in the outbox."
      : `Outbox: ${countOf(waiting, "event")} not relayed yet, the oldest for ${ageText(oldestAge)}.`,
    ...unknownTopics.map(
      ({ topic, waiting: count }) =>
        `Outbox: ${countText(count)} of ${oneLine(topic)}, a topic that this build does not define: no relay of it takes them.`,
    ),
    ...(refused === 0 ? [] : [`Outbox: ${countOf(refused, "event")} set aside: busbar outbox refused says why.`]),
  ];
}

/** A table of the events that were set aside. Pure. */
export function refusedLines(refused: readonly RefusedEvent[]): string[] {
  if (refused.length === 0) return ["No event was set aside."];
  return tableLines(
    ["event", "topic", "since", "reason"].map((title) => ({ title })),
    refused.map(({ eventId, topic, refusedAt, reason }) => [eventId, topic, refusedAt, reason]),
  );
}
