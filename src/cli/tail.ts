import type { BusEvent } from "../define/event.ts";
import { numberArgument } from "./arguments.ts";
import { batchedOutput } from "./batched-output.ts";
import { jsonArgument, parsedPattern } from "./filter-argument.ts";
import { lookAtApplication } from "./folder-redis.ts";
import { viewOf } from "./show-pii.ts";
import { firstSignal } from "./until-signal.ts";
import { oneLine, visibleJson } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

export interface TailCommand {
  /** Begin with so many of the newest events. */
  readonly last: string;
  /** Patterns, of which one must match. */
  readonly filter?: readonly string[];
  readonly payload?: boolean;
  readonly json?: boolean;
  readonly showPii?: true | string;
}

/** Prints events as they are published, oldest first, until Ctrl-C. */
export async function tail(topics: readonly string[], { last, filter = [], payload, json, ...pii }: TailCommand): Promise<void> {
  const count = numberArgument("--last", last, { least: 0, most: 10_000 });
  const patterns = await Promise.all(filter.map((typed) => jsonArgument("--filter", typed)));
  const filters = patterns.map((pattern) => parsedPattern("--filter", pattern));
  const ending = new AbortController();
  void firstSignal().then(() => ending.abort());
  await asTyped(() =>
    lookAtApplication(async ({ inspect }) => {
      const output = batchedOutput(process.stdout);
      const events = inspect.tail({
        ...(topics.length === 0 ? {} : { topics }),
        ...(filters.length === 0 ? {} : { filters, patterns }),
        last: count,
        ...viewOf(pii),
        signal: ending.signal,
      });
      for await (const event of events) await output.line(json === true ? visibleJson(event) : eventLine(event, payload));
      output.flush();
    }),
  );
}

/** An event in one line: when, topic, id, key, and perhaps its payload. Pure. */
export function eventLine({ time, type, id, partitionkey, data }: BusEvent, payload = false): string {
  return [oneLine(`${time} ${type} ${id} ${partitionkey ?? ""}`).trimEnd(), ...(payload ? [visibleJson(data)] : [])].join("  ");
}
