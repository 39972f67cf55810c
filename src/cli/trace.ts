import { setTimeout as pause } from "node:timers/promises";
import type { Trace } from "../bus/trace.ts";
import { withApplication } from "./folder-redis.ts";
import { complain, print, printJson } from "./output.ts";
import { openScreen } from "./screen.ts";
import { traceChanges, traceEnded, traceLines } from "./trace-lines.ts";
import { firstSignal } from "./until-signal.ts";
import { visible, visibleJson } from "./visible.ts";

export interface TraceCommand {
  readonly json?: boolean;
  /** Look again until everything has ended. */
  readonly watch?: boolean;
}

const watchEveryMs = 500;

/** Shows what became of one event, step by step. Exit code 1 where nothing has that id. */
export async function trace(id: string, { json, watch }: TraceCommand): Promise<void> {
  await withApplication(async ({ inspect }) => {
    const first = await inspect.trace(id);
    if (first === undefined) return unknown(id);
    if (watch === true) return watchTrace(first, { json: json === true, look: () => inspect.trace(id) });
    return json === true ? printJson(first) : print(...traceLines(first));
  });
}

function unknown(id: string): void {
  complain(
    `no event, delivery or idempotency key is ${visible(JSON.stringify(id))}: events are kept as long as their topic says, finished deliveries for 24 hours, idempotency keys as long as the topic's window`,
  );
  process.exitCode = 1;
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
