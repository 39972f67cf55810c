import type { BusEvent } from "../define/event.ts";
import type { UnroutableEvent } from "./history.ts";
import { eventRow } from "./overview.ts";
import { type Row, table } from "./table.ts";

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
    [
      "published after the last drain(), so nobody waited for what becomes of it: drain() before stop(), or expect something",
      undrained.map(eventRow),
    ],
    [
      "could not be planned by a subscriber, and nobody expected it: mend the subscriber, or await expectUnroutable()",
      unroutable.map(({ eventId, subscriber, reason }) => ({ event: eventId, subscriber, reason })),
    ],
    ["keys written after the bus was stopped: something else uses its prefix", keys.map((key) => ({ key }))],
  ];
  const found = parts.filter(([, rows]) => rows.length > 0);
  if (found.length === 0) return undefined;
  return `stop: the test leaves something behind.\n${found.map(([problem, rows]) => `${rows.length} ${problem}:\n${table(rows)}`).join("\n")}`;
}
