import { fireTimes } from "../../define/fire-times.ts";
import type { MissedRuns, Schedule } from "../../define/schedule.ts";
import { termsOf } from "../../router/schedules/reconcile-schedules.ts";
import { sameTerms, type ScheduleRecord, type ScheduleTerms } from "../../router/schedules/schedule-record.ts";

/** A schedule, and what is known of its firings. All times are RFC 3339. */
export interface ScheduleView {
  readonly name: string;
  readonly topic: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly description?: string;
  /**
   * `waiting`: another process that lives has other terms, which hold as long as it does; `not started`: no process with a router has begun with it;
   * `not here`: only another build has it in its code.
   */
  readonly state: "running" | "paused" | "waiting" | "not started" | "not here";
  /** What becomes of firings that nobody made in time. */
  readonly missedRuns: MissedRuns;
  /** When it fires next, by the terms in force; none while it is paused. */
  readonly next: readonly string[];
  /** The last firing that was made: when it was due, and its event. */
  readonly last?: { readonly time: string; readonly event: string };
  /** Firings that were passed over, ever. */
  readonly missed: number;
  /** Why its last firing made no event. */
  readonly trouble?: string;
  readonly paused?: { readonly at: string; readonly by: string; readonly reason?: string };
  /** The last event that a person asked for. */
  readonly ran?: { readonly at: string; readonly by: string; readonly event: string; readonly reason?: string };
  /** Where it waits: what is in force. */
  readonly inForce?: ScheduleTerms;
}

const shownTimes = 3;

/** Pure. One of `schedule` and `record` is there. */
export function scheduleView(name: string, schedule: Schedule | undefined, record: ScheduleRecord | undefined, now: number): ScheduleView {
  const terms = schedule === undefined ? record!.terms : termsOf(schedule);
  const waits = schedule !== undefined && record !== undefined && !sameTerms(record.terms, terms);
  const { paused, ran, last, trouble } = record ?? {};
  const running = schedule !== undefined && !waits && paused === undefined;
  return {
    name,
    topic: terms.topic,
    cron: terms.cron,
    timeZone: terms.timeZone,
    ...(schedule?.description === undefined ? {} : { description: schedule.description }),
    state: stateOf({ schedule, record, waits }),
    missedRuns: terms.missed,
    next: running ? nextTimes(schedule, now) : [],
    ...(last === undefined ? {} : { last: { time: text(last.time), event: last.event } }),
    missed: record?.missed ?? 0,
    ...(trouble === undefined ? {} : { trouble }),
    ...(paused === undefined ? {} : { paused: { ...paused, at: text(paused.at) } }),
    ...(ran === undefined ? {} : { ran: { ...ran, at: text(ran.at) } }),
    ...(waits ? { inForce: record.terms } : {}),
  };
}

function stateOf({
  schedule,
  record,
  waits,
}: {
  readonly schedule: Schedule | undefined;
  readonly record: ScheduleRecord | undefined;
  readonly waits: boolean;
}): ScheduleView["state"] {
  if (record === undefined) return "not started";
  if (schedule === undefined) return "not here";
  if (record.paused !== undefined) return "paused";
  return waits ? "waiting" : "running";
}

function nextTimes({ parsed, timeZone }: Schedule, now: number): string[] {
  const times: string[] = [];
  for (const time of fireTimes(parsed, timeZone, now)) {
    times.push(text(time));
    if (times.length === shownTimes) break;
  }
  return times;
}

const text = (time: number): string => new Date(time).toISOString();
