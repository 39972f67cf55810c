import type { SubscriberPosition } from "../bus/positions.ts";
import { countText, momentText } from "./figures.ts";
import { withApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { type Column, tableLines } from "./table.ts";

/** Lists who listens to what, and how far each has read. */
export async function listSubscribers({ json }: { readonly json?: boolean }): Promise<void> {
  const subscribers = await withApplication((bus) => bus.subscribers());
  if (json === true) return printJson(subscribers);
  if (subscribers.length === 0) return print("No subscribers.");
  print(...subscriberLines(subscribers));
}

const columns: readonly Column[] = [
  { title: "subscriber" },
  { title: "lag", right: true },
  { title: "pending", right: true },
  { title: "gaps", right: true },
  { title: "last seen (UTC)" },
  { title: "topics" },
];

/** A table of positions. Pure. */
export function subscriberLines(subscribers: readonly SubscriberPosition[]): string[] {
  return tableLines(
    columns,
    subscribers.map(({ name, topics, lag, pending, gaps, seen }) => [
      name,
      countText(lag),
      countText(pending),
      countText(gaps),
      seen === undefined ? "never" : momentText(seen),
      topics.join(", "),
    ]),
  );
}
