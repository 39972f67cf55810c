import { setTimeout as pause } from "node:timers/promises";
import type { SearchResult } from "../bus/search.ts";
import type { Trace } from "../bus/trace.ts";
import { numberArgument } from "./arguments.ts";
import { lookAtApplication } from "./folder-redis.ts";
import type { OperatedBus } from "./operated-bus.ts";
import { complain, print, printJson } from "./output.ts";
import { openScreen } from "./screen.ts";
import { foundLines, othersLine, type Searched, nothingFound } from "./search-lines.ts";
import { traceChanges, traceEnded, traceLines } from "./trace-lines.ts";
import { viewOf } from "./show-pii.ts";
import { firstSignal } from "./until-signal.ts";
import { UsageError } from "./usage-error.ts";
import { visibleJson } from "./visible.ts";

export interface TraceCommand {
  /** So many of the events that a value finds. */
  readonly limit: string;
  readonly json?: boolean;
  /** Look again until everything has ended. */
  readonly watch?: boolean;
  readonly showPii?: true | string;
}

const watchEveryMs = 500;
/** As `dead-letters list` prints it, of what was never planned. */
const routingId = /^r_[a-z0-9]+$/i;

/**
 * Shows what became of one event, step by step; or of all events that have a value at a search key, or at the search key that is named
 * before it. Exit code 1 where there is none.
 */
export async function trace(first: string, second: string | undefined, { limit, json, watch, ...pii }: TraceCommand): Promise<void> {
  const most = numberArgument("--limit", limit, { least: 1, most: 1_000 });
  if (watch === true && pii.showPii !== undefined) throw new UsageError("--watch looks again and again: --show-pii goes without it");
  const view = viewOf(pii);
  await lookAtApplication(async ({ inspect, deadLetters }) => {
    const byId = second === undefined ? await inspect.trace(first, view) : undefined;
    if (byId === undefined) {
      const asked = second === undefined ? { value: first } : { key: first, value: second };
      const result = await inspect.search({ ...asked, limit: most, ...view });
      const routing = second === undefined && result.events.length === 0 && routingId.test(first);
      if (!routing || (await deadLetters.show(first)) === undefined) return showFound(asked, result, { inspect, json, watch });
      complain(`that is a dead letter of routing: busbar dead-letters show ${first}`);
      process.exitCode = 1;
      return;
    }
    if (watch === true) return watchTrace(byId, { json: json === true, look: () => inspect.trace(first) });
    if (json === true) return printJson(byId);
    print(...traceLines(byId), ...(await others(first, byId, inspect)));
  });
}

/** An idempotency key may well be a value that more events have. */
async function others(id: string, { event }: Trace, inspect: OperatedBus["inspect"]): Promise<string[]> {
  if (id === event.id || id.startsWith("d_")) return [];
  const { events } = await inspect.search({ value: id, limit: 2 });
  return othersLine(id, event.id, events);
}

interface Shown extends Pick<TraceCommand, "json" | "watch"> {
  readonly inspect: OperatedBus["inspect"];
}

async function showFound(asked: Searched, result: SearchResult, { inspect, json, watch }: Shown): Promise<void> {
  const [only, another] = result.events;
  if (only === undefined) {
    complain(nothingFound(asked, result, await inspect.search({ value: asked.value, limit: 1 })));
    process.exitCode = 1;
    return;
  }
  if (watch === true) {
    if (another !== undefined)
      throw new UsageError(`--watch looks at one event, and several have this value: busbar trace <the event's id> --watch`);
    return watchTrace(only, { json: json === true, look: () => inspect.trace(only.event.id) });
  }
  if (json === true) printJson({ ...asked, ...result });
  else print(...foundLines(asked, result));
}
interface Watch {
  readonly json: boolean;
  readonly look: () => Promise<Trace | undefined>;
}

/** Shows each change until all deliveries have ended, or Ctrl-C: drawn again on a terminal, else what is new. */
async function watchTrace(first: Trace, { json, look }: Watch): Promise<void> {
  const ending = new AbortController();
  void firstSignal().then(() => ending.abort());
  const screen = process.stdout.isTTY && !json ? openScreen() : undefined;
  let now = first;
  try {
    if (screen === undefined) show(first, json);
    while (!traceEnded(now) && !ending.signal.aborted) {
      screen?.draw([...traceLines(now), "", "Ctrl-C ends"]);
      await pause(watchEveryMs, undefined, { signal: ending.signal }).catch(() => undefined);
      const next = (await look()) ?? now;
      if (screen === undefined && visibleJson(next) !== visibleJson(now)) {
        if (json) printJson(next);
        else print(...traceChanges(now, next));
      }
      now = next;
    }
  } finally {
    screen?.close();
  }
  // The second screen is gone: what it showed last stays.
  if (screen !== undefined) print(...traceLines(now));
}

function show(now: Trace, json: boolean): void {
  if (json) printJson(now);
  else print(...traceLines(now));
}
