import { subscribersProblems } from "../define/catalog.ts";
import { schedulesProblems } from "../define/schedule-problems.ts";
import { loadedSchedules } from "../bus/load/load-schedules.ts";
import { loadedSubscribers } from "../bus/load/load.ts";
import type { BusOptions } from "../bus/options.ts";

/** An application without those subscribers and schedules that have errors, and what is wrong with them, one sentence each. */
export interface SoundParts {
  readonly options: BusOptions;
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

/** Of two that cannot be there together, the first. */
function soundOnes<One>(all: readonly One[], problemsOf: (some: readonly One[]) => readonly string[]) {
  const ones: One[] = [];
  const problems = problemsOf(all);
  if (problems.length === 0) return { ones: all, problems };
  for (const one of all) if (problemsOf([...ones, one]).length === 0) ones.push(one);
  return { ones, problems };
}
