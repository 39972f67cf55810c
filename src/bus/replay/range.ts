import { BusbarError } from "../../base/errors.ts";
import { timeOfId } from "../../base/ids.ts";
import { knownSendsMs } from "../../define/known-sends.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { ReplayMode } from "./replay-mode.ts";
import type { ReplaySelection } from "./replay-request.ts";

/** Milliseconds since 1970, both included. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface RangeOptions {
  readonly topics: readonly string[];
  readonly mode: ReplayMode | "diff";
  readonly log: Pick<TopicLog, "find">;
  readonly now: number;
  /** Whether the archive knows what was sent of everything that is older than the ledger knows of, from that time on. */
  readonly archiveKnows: (from: number) => Promise<boolean>;
}

/**
 * The time that a selection means.
 * @throws BusbarError `INVALID_RANGE` with every problem
 */
export async function rangeOf(selection: ReplaySelection, options: RangeOptions): Promise<TimeRange> {
  const { topics, mode, log, now, archiveKnows } = options;
  const problems: string[] = [];
  const time = (name: string, given: string | number | undefined, otherwise: number): number => {
    const parsed = given === undefined ? otherwise : typeof given === "number" ? given : Date.parse(given);
    if (!Number.isFinite(parsed)) problems.push(`${name}: ${JSON.stringify(given)} is no time such as 2026-11-21T09:00:00Z`);
    return parsed;
  };
  const end = async (name: "from" | "to", otherwise: number): Promise<number> => {
    const id = selection[`${name}Event`];
    if (id === undefined) return time(name, selection[name], otherwise);
    if (selection[name] !== undefined) problems.push(`${name} and ${name}Event: give one of them`);
    const found = await log.find(id, { topics, time: timeOfId(id) });
    if (found === undefined) problems.push(`${name}Event: no event ${JSON.stringify(id)} is kept of ${topics.join(", ")}`);
    return found === undefined ? Number.NaN : Number(found.entry.id.split("-")[0]);
  };
  const range = { from: await end("from", now - knownSendsMs), to: await end("to", now) };
  if (problems.length === 0 && range.from > range.to)
    problems.push(`from ${iso(range.from)} is later than to ${iso(range.to)}: nothing lies between them`);
  else if (problems.length === 0 && mode !== "again" && range.from < now - knownSendsMs && !(await archiveKnows(range.from)))
    problems.push(
      `from ${iso(range.from)} lies further back than it is known what was sent (95 h), and no archive knows it, so that something could be sent again: begin at ${iso(now - knownSendsMs)} or later`,
    );
  if (problems.length > 0) throw new BusbarError("INVALID_RANGE", "Nothing was replayed:", { problems });
  return range;
}

/** What of a topic is kept: how many events of a time, and since when it is whole. */
export interface Kept {
  readonly topic: string;
  readonly events: number;
  /** Everything that was published from then on is kept, milliseconds since 1970; undefined: nothing was ever taken away. */
  readonly since: number | undefined;
}

/**
 * Refuses a time of which something is not kept any more, and one in which there is nothing. Pure.
 * @throws BusbarError `INVALID_RANGE`
 */
export function checkKept({ from, to }: TimeRange, kept: readonly Kept[], { asked }: { readonly asked: boolean }): void {
  const problems = kept.flatMap(({ topic, since }) =>
    since === undefined || from >= since || (!asked && to >= since)
      ? []
      : [`${topic}: what was published before ${iso(since)} is not kept any more: begin there or later`],
  );
  if (problems.length === 0 && kept.every(({ events }) => events === 0))
    problems.push(`nothing of ${kept.map(({ topic }) => topic).join(", ")} was published from ${iso(from)} to ${iso(to)}`);
  if (problems.length > 0) throw new BusbarError("INVALID_RANGE", "Nothing was replayed:", { problems });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
