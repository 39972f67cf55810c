import { pause } from "../../base/pause.ts";
import type { BusEvent } from "../../define/event.ts";

export interface Followed {
  /** Begins with so many of the newest events. */
  readonly last: number;
  readonly signal: AbortSignal;
  /** The newest events and those after them, until the server ends the stream. */
  open(last: number): AsyncIterable<BusEvent>;
}

/** Events that a stream begins with that goes on for another one, and the ids that are remembered to tell them apart. */
const [overlap, remembered] = [500, 2_000];
const againMs = [300, 1_000, 3_000, 5_000] as const;

/**
 * Goes on where a stream ends, as servers and proxies end them: each event once, and none is left out as long as no more than 500 came in between.
 * @throws what `open` does, before it has come to an event, or five times in a row
 */
export async function* followed({ last, signal, open }: Followed): AsyncGenerator<BusEvent> {
  const seen = new Set<string>();
  let oldest: string | undefined;
  for (let failures = 0; !signal.aborted;) {
    try {
      for await (const event of open(oldest === undefined ? last : overlap)) {
        failures = 0;
        oldest ??= event.time;
        if (seen.has(event.id) || event.time < oldest) continue;
        seen.add(event.id);
        if (seen.size > remembered) seen.delete(seen.values().next().value!);
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (oldest === undefined || failures >= againMs.length) throw error;
      failures += 1;
    }
    await pause(againMs[Math.max(0, failures - 1)]!, signal);
  }
}
