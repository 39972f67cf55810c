import type { BusEvent } from "../define/event.ts";
import type { UnroutableEvent } from "./history.ts";
import { eventRow, sections } from "./overview.ts";
import type { Row } from "./table.ts";

/** What a test has left behind. */
export interface Leaks {
  /** Events that were published after the last drain: nobody waited for what becomes of them. */
  readonly undrained: readonly BusEvent[];
  /** Events that a subscriber could not plan, and that nobody expected. */
  readonly unroutable: readonly UnroutableEvent[];
  /** Keys that could not be removed. */
  readonly keys: readonly string[];
}

/** What is wrong with that, for people; undefined: nothing was left. */
export function leaksText({ undrained, unroutable, keys }: Leaks): string | undefined {
  const parts: readonly (readonly [problem: string, rows: readonly Row[]])[] = [
    ["Published after the last drain(), so that nobody waited for what becomes of it", undrained.map(eventRow)],
    [
      "Not planned, because a subscriber's code failed, and not expected with expectUnroutable()",
      unroutable.map(({ eventId, subscriber, reason }) => ({ event: eventId, subscriber, reason })),
    ],
    ["Keys of the bus that something writes although it is stopped", keys.map((key) => ({ key }))],
  ];
  const found = parts.filter(([, rows]) => rows.length > 0);
  return found.length === 0 ? undefined : `stop: the test leaves something behind.\n${sections(found)}`;
}
