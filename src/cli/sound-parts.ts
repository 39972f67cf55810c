import { subscribersProblems } from "../define/catalog.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { schedulesProblems } from "../define/schedule-problems.ts";
import { loadedSchedules } from "../bus/load/load-schedules.ts";
import { loadedSubscribers } from "../bus/load/load.ts";
import type { BusOptions } from "../bus/options.ts";
import { complain, problemLines } from "./output.ts";

/** An application without those subscribers and schedules that have errors, and what is wrong with them, one sentence each. */
export interface SoundParts {
  readonly options: BusOptions & { readonly subscribers: readonly Subscriber[] };
  readonly problems: readonly string[];
}

/** @throws BusbarError `INVALID_DEFINITION` where one of its folders cannot be read */
export async function soundParts({ subscribers = [], schedules, ...options }: BusOptions): Promise<SoundParts> {
  const { topics } = options;
  const [listening, timed] = await Promise.all([loadedSubscribers(subscribers), loadedSchedules(schedules ?? [])]);
  const sound = soundOnes(listening.subscribers, (some) => subscribersProblems(topics, some));
  const soundTimed = soundOnes(timed.schedules, (some) => schedulesProblems(topics, some, Date.now()));
  return {
    options: { ...options, subscribers: sound.ones, ...(schedules === undefined ? {} : { schedules: soundTimed.ones }) },
    problems: [...listening.problems, ...sound.problems, ...timed.problems, ...soundTimed.problems],
  };
}

/** Names on standard error what was left out, and ends with the exit code 1. */
export function tellLeftOut(problems: readonly string[]): void {
  if (problems.length === 0) return;
  process.exitCode = 1;
  complain(["What has errors is left out here; busbar check looks at all of it:", ...problemLines(problems)].join("\n"));
}

/** Of two that cannot be there together, the first. */
function soundOnes<One>(all: readonly One[], problemsOf: (some: readonly One[]) => readonly string[]) {
  const ones: One[] = [];
  const problems = problemsOf(all);
  if (problems.length === 0) return { ones: all, problems };
  for (const one of all) if (problemsOf([...ones, one]).length === 0) ones.push(one);
  return { ones, problems };
}
