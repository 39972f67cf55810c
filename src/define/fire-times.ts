import { offsetAt } from "../base/time-zone.ts";
import { type Cron, suitsDay } from "./cron.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** No clock is farther from UTC than 14 hours, so that a change of a clock lies within this of its day. */
const nearMs = 26 * 3_600_000;
/** A 29th of February may be eight years away. */
const farthestDays = 8 * 366 + 1;

/**
 * The times at which a schedule fires, milliseconds since 1970, in their order, without an end where there is none. Pure: what it says of a time does not
 * depend on where it began to look.
 *
 * Where the clocks change, it is as RFC 5545 has it for calendars:
 * - A time of day that does not exist, because the clocks are set forward over it, is as much later as they are set forward: on that day 02:30 is 03:30.
 * - A time of day that comes twice, because they are set back, fires the first time that it comes. Only what fires in every hour of the day goes on in
 *   the hour that is repeated: every 15 minutes stays every 15 minutes.
 *
 * @param after the first is later than this
 */
export function* fireTimes(cron: Cron, timeZone: string, after: number): Generator<number, void> {
  // A day earlier: its clocks may be a day behind, or be set back.
  const firstDay = Math.floor((after + offsetAt(timeZone, after)) / dayMs) - 1;
  let last = after;
  let emptyDays = 0;
  for (let day = firstDay; emptyDays < farthestDays; day++) {
    emptyDays += 1;
    const date = new Date(day * dayMs);
    if (!suitsDay(cron, { month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay() })) continue;
    for (const time of timesOfDay(cron, timeZone, day * dayMs)) {
      if (time <= last) continue;
      yield time;
      last = time;
      emptyDays = 0;
    }
  }
}

/** The next time after another one; undefined where there is none within eight years. */
export function nextFireTime(cron: Cron, timeZone: string, after: number): number | undefined {
  return fireTimes(cron, timeZone, after).next().value ?? undefined;
}

/** @param day its midnight on the clocks there, as milliseconds of UTC */
function timesOfDay({ hours, minutes }: Cron, timeZone: string, day: number): readonly number[] {
  const walls = hours.flatMap((hour) => minutes.map((minute) => day + (hour * 60 + minute) * minuteMs));
  const before = offsetAt(timeZone, day - nearMs);
  // On nearly all days one answer holds for each of them.
  if (before === offsetAt(timeZone, day + dayMs + nearMs)) return walls.map((wall) => wall - before);
  const everyHour = hours.length === 24;
  return walls
    .flatMap((wall) => {
      const times = timesOf(timeZone, wall);
      return everyHour ? times : times.slice(0, 1);
    })
    .toSorted((a, b) => a - b);
}

/** When the clocks of a time zone show this: once, twice, or, as if they had not been set forward, a little later. */
function timesOf(timeZone: string, wall: number): readonly number[] {
  const [before, later] = [offsetAt(timeZone, wall - nearMs), offsetAt(timeZone, wall + nearMs)];
  const found = [...new Set([wall - before, wall - later])].filter((time) => time + offsetAt(timeZone, time) === wall);
  return found.length === 0 ? [wall - before] : found.toSorted((a, b) => a - b);
}
