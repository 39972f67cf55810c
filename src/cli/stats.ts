import { setTimeout as pause } from "node:timers/promises";
import type { Stats } from "../bus/stats.ts";
import { clockText } from "./figures.ts";
import { lookAtApplication } from "./folder-redis.ts";
import type { OperatedBus } from "./operated-bus.ts";
import { print, printJson } from "./output.ts";
import { openScreen } from "./screen.ts";
import { statisticsLine } from "./statistics-line.ts";
import { statsLines } from "./stats-lines.ts";
import { firstSignal } from "./until-signal.ts";

export interface StatsCommand {
  readonly json?: boolean;
  /** Look again every two seconds. */
  readonly watch?: boolean;
}

const watchEveryMs = 2_000;

/** Prints everything that is counted, once or until Ctrl-C. */
export async function stats({ json, watch }: StatsCommand): Promise<void> {
  if (watch !== true) {
    const now = await lookAtApplication((bus) => bus.stats());
    return json === true ? printJson(now) : print(...statsLines(now));
  }
  const ending = new AbortController();
  void firstSignal().then(() => ending.abort());
  await lookAtApplication((bus) => watchStats(bus, json === true, ending.signal));
}

/** Live on a terminal; else a line, or with `json` an object, each time. */
async function watchStats(bus: Pick<OperatedBus, "stats">, json: boolean, signal: AbortSignal): Promise<void> {
  const screen = process.stdout.isTTY && !json ? openScreen() : undefined;
  let previous: Stats | undefined;
  try {
    while (!signal.aborted) {
      const now = await bus.stats();
      if (json) printJson(now);
      else if (screen === undefined) print(`${clockText(Date.now()).slice(0, 8)}  ${statisticsLine(now, previous)}`);
      else screen.draw([...statsLines(now, previous), "", `${clockText(Date.now()).slice(0, 8)} UTC, each 2 s; Ctrl-C ends`]);
      previous = now;
      await pause(watchEveryMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    screen?.close();
  }
}
