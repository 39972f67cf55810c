import type * as z from "zod";
import { isTimeZone, timeZoneNames } from "../base/time-zone.ts";
import { BusbarError } from "../base/errors.ts";
import { type Cron, parseCron } from "./cron.ts";
import { namePattern, nearestName, unknownOptions } from "./names.ts";
import { policyProblems, type PolicyOptions } from "./policy.ts";
import { type AnyTopic, isTopic, type Topic } from "./topic.ts";

/**
 * What becomes of firings that nobody made in time, because no process ran, or Redis was away:
 * - `once`: one event for all of them, with the time of the last; for what catches up by itself;
 * - `skip`: none; the next one comes at its time;
 * - `catch-up`: an event for each of them, the oldest first; of the newest 100, whatever is older is passed over.
 */
export type MissedRuns = "once" | "skip" | "catch-up";

/** One firing of a schedule, as its payload is made from. */
export interface Firing {
  /** When it is due, RFC 3339 in UTC. Of one that a person asked for: when they did. */
  readonly time: string;
  /** Its day by the clocks of the schedule's time zone, such as `2026-11-28`. */
  readonly date: string;
  /** The time of the firing before it that was made; absent before the first. */
  readonly previous?: string;
}

export interface ScheduleOptions<Given, Payload = Given> extends PolicyOptions {
  /** Its identity: what is known of its firings hangs on it. */
  readonly name: string;
  /** Minute, hour, day of the month, month, day of the week, such as `30 2 * * mon-fri`; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  readonly cron: string;
  /** Whose clocks the cron is read by, such as `Asia/Kolkata`. Default `UTC`. */
  readonly timeZone?: string;
  /** Default `once`. */
  readonly missed?: MissedRuns;
  /** One sentence for people. */
  readonly description?: string;
  /** The payload of a firing. Pure: whichever process asks, and however often, the same firing has the same. Nothing missing and nothing more. */
  readonly data: (firing: Firing) => Given & Excess<Given, Payload>;
}

/** So that what `data` returns is read literally: `"full"` stays one of two words, and a list may be one that cannot be changed. */
type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value;

type KeysOf<Union> = Union extends unknown ? keyof Union : never;
/** What no alternative of the payload has. */
type Excess<Given, Payload> = { readonly [Key in Exclude<KeysOf<Given>, KeysOf<Payload>>]?: never };

/** A topic that is published by the clock. Made by {@link defineSchedule}. */
export interface Schedule {
  readonly kind: "schedule";
  readonly name: string;
  readonly topic: AnyTopic;
  /** As it was written. */
  readonly cron: string;
  readonly parsed: Cron;
  readonly timeZone: string;
  readonly missed: MissedRuns;
  readonly description: string | undefined;
  readonly data: (firing: Firing) => unknown;
  /** The words that each of its events is published with. */
  readonly policy: PolicyOptions;
  /** The file that it was loaded from, for messages. */
  readonly file?: string;
}

const missedRuns: readonly MissedRuns[] = ["once", "skip", "catch-up"];
const policyWords = ["priority", "retry", "delay", "expiresIn", "onUnknown"] as const;

/**
 * Publishes a topic by the clock, once for any number of processes.
 * @throws BusbarError `INVALID_DEFINITION` with every problem found
 */
export function defineSchedule<S extends z.ZodType, const Given extends Frozen<z.input<S>>>(
  topic: Topic<string, S>,
  options: ScheduleOptions<Given, z.input<S>>,
): Schedule {
  const { name, cron, timeZone = "UTC", missed = "once", description, data } = options ?? {};
  const problems = isTopic(topic) ? [] : ["its first argument is no topic: import one that defineTopic made"];
  problems.push(...unknownOptions(options, ["name", "cron", "timeZone", "missed", "description", "data", ...policyWords]));
  if (typeof name !== "string" || !namePattern.test(name))
    problems.push(`its name ${JSON.stringify(name)} must be lower case, such as "nightly-stock-check"`);
  const parsed = parseCron(cron);
  if ("problems" in parsed) problems.push(...parsed.problems);
  problems.push(...timeZoneProblems(timeZone));
  if (!missedRuns.includes(missed)) problems.push(`missed ${JSON.stringify(missed)} is none of ${missedRuns.join(", ")}`);
  if (description !== undefined && typeof description !== "string") problems.push("description must be text");
  if (typeof data !== "function") problems.push("data must be a function that makes the payload, such as () => ({ … })");
  const policy = Object.fromEntries(policyWords.flatMap((word) => (options?.[word] === undefined ? [] : [[word, options[word]]])));
  problems.push(...policyProblems(policy));
  if ("problems" in parsed || problems.length > 0)
    throw new BusbarError("INVALID_DEFINITION", `Schedule ${JSON.stringify(name)} cannot be used:`, { problems });
  return {
    kind: "schedule",
    name,
    topic,
    cron: cron.trim(),
    parsed: parsed.cron,
    timeZone,
    missed,
    description,
    data: data as Schedule["data"],
    policy,
  };
}

export function isSchedule(value: unknown): value is Schedule {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "schedule";
}

/** How a schedule is called in messages: with its file, where that is known. */
export function scheduleTitle({ name, file }: Pick<Schedule, "name" | "file">): string {
  return file === undefined ? `schedule "${name}"` : `${file}: schedule "${name}"`;
}

function timeZoneProblems(timeZone: unknown): string[] {
  if (typeof timeZone === "string" && isTimeZone(timeZone)) return [];
  const near = typeof timeZone === "string" ? nearestZone(timeZone) : undefined;
  const advice = near === undefined ? 'give a name such as "Europe/Berlin", "Asia/Kolkata" or "UTC"' : `did you mean "${near}"?`;
  return [`timeZone ${JSON.stringify(timeZone)} is not known here: ${advice}`];
}

/** Letters of another case, and the city alone, are near too. */
function nearestZone(name: string): string | undefined {
  const known = timeZoneNames();
  const city = known.find((zone) => zone.toLowerCase().endsWith(`/${name.trim().toLowerCase().replaceAll(" ", "_")}`));
  return city ?? nearestName(name, known);
}
