import type { Stage } from "./stage.ts";
import { sendKey } from "./sends.ts";

/** Consumers that take longer to go on after a failover do not go on by themselves. */
export const resumeMs = 30_000;

/** For each fault after which anything was acknowledged, milliseconds until the first delivery of that arrived. */
export function resumptions(stage: Pick<Stage, "faults" | "loads" | "sends">): readonly number[] {
  const arrivals = new Map<string, number>();
  for (const { key, at } of stage.sends()) if (!arrivals.has(key)) arrivals.set(key, at);
  const intents = stage.loads.flatMap((load) => load.intents);
  return stage.faults.flatMap((fault) => {
    if (!intents.some(({ acknowledgedAt = 0 }) => acknowledgedAt > fault.at)) return [];
    const after = intents.flatMap(({ number, acknowledgedAt = 0 }) => {
      const arrived = arrivals.get(sendKey("mailer", number));
      return arrived !== undefined && Math.min(acknowledgedAt, arrived) > fault.at ? [arrived - fault.at] : [];
    });
    return after.length === 0 ? Infinity : Math.min(...after);
  });
}

/** What is wrong with them, one sentence. Pure. */
export function slowResumptions(all: readonly number[]): string[] {
  const slow = all.filter((took) => took > resumeMs);
  return slow.length === 0 ? [] : [`after ${slow.length} of ${all.length} faults nothing new arrived within ${resumeMs / 1_000} s`];
}

export function shownResumptions(all: readonly number[]): string {
  return all.map((took) => (took / 1_000).toFixed(1)).join(", ");
}
