import { fireTimes } from "../../define/fire-times.ts";
import type { Schedule } from "../../define/schedule.ts";

/** A firing is missed when nobody made it for so long, milliseconds: a process may be restarted in less. */
export const lateMs = 60_000;
/** A schedule that catches up makes so many of the firings that were missed, the newest ones. */
export const mostCaughtUp = 100;

export interface Due {
  /** To be made now, the oldest first. */
  readonly fire: readonly number[];
  /** How many are passed over, all of them before those. */
  readonly missed: number;
  /** The time of the last of all; undefined where nothing is due. */
  readonly last: number | undefined;
}

/**
 * What a schedule owes. Pure.
 * @param until every firing until then was made, or passed over
 */
export function whatIsDue({ parsed, timeZone, missed }: Schedule, until: number, now: number): Due {
  let all = 0;
  let newest: number[] = [];
  for (const time of fireTimes(parsed, timeZone, until)) {
    if (time > now) break;
    all += 1;
    newest.push(time);
    if (newest.length >= mostCaughtUp * 2) newest = newest.slice(-mostCaughtUp);
  }
  const last = newest.at(-1);
  if (last === undefined) return { fire: [], missed: 0, last };
  const tooLate = missed === "skip" && now - last > lateMs;
  const fire = missed === "catch-up" ? newest.slice(-mostCaughtUp) : tooLate ? [] : [last];
  return { fire, missed: all - fire.length, last };
}
