import type { ScheduleView } from "../bus/schedules/schedule-view.ts";
import { countOf, countText, momentText } from "./figures.ts";
import { type Column, tableLines } from "./table.ts";
import { oneLine } from "./visible.ts";

const columns: readonly Column[] = [
  { title: "schedule" },
  { title: "state" },
  { title: "cron" },
  { title: "time zone" },
  { title: "publishes" },
  { title: "last (UTC)" },
  { title: "missed", right: true },
];

/**
 * A table of schedules, then the next times of each, and what else is to be said of one. Pure.
 * @param local the time zone of whoever reads
 */
export function scheduleLines(schedules: readonly ScheduleView[], local: string): string[] {
  return [
    ...tableLines(
      columns,
      schedules.map(({ name, state, cron, timeZone, topic, last, missed }) => [
        name,
        state,
        cron,
        timeZone,
        topic,
        last === undefined ? "" : momentText(last.time),
        countText(missed),
      ]),
    ),
    ...schedules.flatMap((schedule) => aboutLines(schedule, local)),
  ];
}

function aboutLines(schedule: ScheduleView, local: string): string[] {
  const { name, next, timeZone, paused, trouble, ran, inForce, state } = schedule;
  const said = [
    ...(paused === undefined ? [] : [`paused ${momentText(paused.at)} (UTC) by ${paused.by}${because(paused.reason)}`]),
    ...(inForce === undefined
      ? []
      : [`another process has it as "${inForce.cron}" ${inForce.timeZone}, which holds until the last such process has stopped`]),
    ...(state === "not started" ? ["no process has begun with it: it fires in processes with a router, such as busbar start"] : []),
    ...(state === "not here" ? ["only a process of another build has it"] : []),
    ...(trouble === undefined ? [] : [`its last firing made no event: ${trouble}`]),
    ...(ran === undefined ? [] : [`run ${momentText(ran.at)} (UTC) by ${ran.by}${because(ran.reason)}: ${ran.event}`]),
  ];
  if (next.length === 0 && said.length === 0) return [];
  return [
    "",
    ...next.map((time, index) => (index === 0 ? `${name}  next ` : " ".repeat(name.length + 7)) + nextText(time, timeZone, local)),
    ...said.map((text) => `${name}  ${oneLine(text)}`),
  ];
}

/** How many schedules there are, and which fires next, in one line; undefined where there are none. Pure. */
export function nextLine(schedules: readonly ScheduleView[], local: string): string | undefined {
  if (schedules.length === 0) return undefined;
  const [next] = schedules.filter((each) => each.next.length > 0).toSorted((a, b) => (a.next[0]! < b.next[0]! ? -1 : 1));
  const count = countOf(schedules.length, "schedule");
  if (next === undefined) return `${count}, none of which fires now: busbar schedules`;
  return `${count}; next ${oneLine(next.name)} ${nextText(next.next[0]!, next.timeZone, local)}: busbar schedules`;
}

/** `Mon 30 Nov 02:30 (Asia/Kolkata), 22:00 here` */
export function nextText(time: string, timeZone: string, local: string): string {
  const there = dayAndTime(time, timeZone);
  const here = dayAndTime(time, local);
  return there === here ? `${there} (${timeZone})` : `${there} (${timeZone}), ${here} (${local})`;
}

function dayAndTime(time: string, timeZone: string): string {
  const date = new Date(time);
  const part = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(date);
  return `${part({ weekday: "short" })} ${part({ day: "2-digit", month: "short", year: "numeric" })} ${part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`;
}

function because(reason: string | undefined): string {
  return reason === undefined ? "" : `: ${reason}`;
}
