import type { SubscriberPosition } from "../bus/positions.ts";
import { ageText, countOf, countText, momentText } from "./figures.ts";
import { lookAtApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { type Column, tableLines } from "./table.ts";
import { oneLine } from "./visible.ts";

/** Lists who listens to what, and how far each has read. */
export async function listSubscribers({ json }: { readonly json?: boolean }): Promise<void> {
  const subscribers = await lookAtApplication((bus) => bus.subscribers.list());
  if (json === true) return printJson(subscribers);
  if (subscribers.length === 0) return print("No subscribers.");
  print(...subscriberLines(subscribers));
}

const columns: readonly Column[] = [
  { title: "subscriber" },
  { title: "state" },
  { title: "lag", right: true },
  { title: "oldest", right: true },
  { title: "pending", right: true },
  { title: "gaps", right: true },
  { title: "last seen (UTC)" },
  { title: "topics" },
];

/** A table of positions, and which were held up or moved by a person. Pure. */
export function subscriberLines(subscribers: readonly SubscriberPosition[]): string[] {
  const moved = subscribers.flatMap(({ name, moved: move }) => (move === undefined ? [] : [{ name, ...move }]));
  const held = subscribers.filter(({ heldBy }) => heldBy !== undefined);
  return [
    ...tableLines(
      columns,
      subscribers.map(({ name, topics, state, lag, oldestAge, pending, gaps, seen }) => [
        name,
        state,
        countText(lag),
        oldestAge === undefined ? "" : ageText(oldestAge),
        countText(pending),
        countText(gaps),
        seen === undefined ? "never" : momentText(seen),
        topics.join(", "),
      ]),
    ),
    ...(held.length === 0 ? [] : [""]),
    ...held.map(({ name, state, heldSince, heldBy }) => {
      const why = heldBy!.reason === undefined ? "" : `: ${heldBy!.reason}`;
      return oneLine(
        `${name}: ${state.toUpperCase()} by ${heldBy!.by} ${momentText(heldSince!)}${why}; busbar subscribers resume ${name} lets it go on`,
      );
    }),
    ...(moved.length === 0 ? [] : [""]),
    ...moved.map(
      ({ name, at, skipped, again }) =>
        `${name} was moved ${momentText(at)}: ${countOf(skipped, "event")} passed over, ${countOf(again, "event")} read again`,
    ),
  ];
}
