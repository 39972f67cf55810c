import { type TimelineEntry, type TimelineStepName, timelineSteps } from "./ledger.ts";

const stepOf = new Map(Object.entries(timelineSteps).map(([name, letter]) => [letter, name as TimelineStepName]));

/** Reads a stored time line: lines of `<ms> <step's letter> <detail>`. */
export function parseTimeline(stored: string | null): TimelineEntry[] {
  if (stored === null) return [];
  return stored.split("\n").flatMap((line) => {
    const match = /^(\d+) (\w) (.*)$/.exec(line);
    const step = match && stepOf.get(match[2] as (typeof timelineSteps)[TimelineStepName]);
    return match && step ? [{ at: Number(match[1]), step, detail: match[3]! }] : [];
  });
}
