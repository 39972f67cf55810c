import type { PauseResult } from "../bus/paused-before.ts";
import type { ScheduleView } from "../bus/schedules/schedule-view.ts";
import { byPerson } from "./by-person.ts";
import { lookAtApplication, withApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { pausedLine } from "./paused-line.ts";
import { nextText, scheduleLines } from "./schedule-lines.ts";
import { asTyped } from "./wrong-call.ts";

const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Lists what is published by the clock. */
export async function listSchedules({ json }: { readonly json?: boolean }): Promise<void> {
  const schedules = await lookAtApplication((bus) => bus.schedules.list());
  if (json === true) return printJson(schedules);
  if (schedules.length === 0) return print("No schedules.");
  print(...scheduleLines(schedules, localZone()));
}

interface VerbOptions {
  readonly reason?: string;
  readonly json?: boolean;
}

/** Publishes the event of a schedule now. */
export async function runSchedule(name: string, { reason, json }: VerbOptions): Promise<void> {
  const published = await asTyped(() => withApplication((bus) => bus.schedules.run(name, byPerson(reason))));
  if (json === true) return printJson(published);
  print(`${name} was run: ${published.topic} ${published.id}. What becomes of it: busbar trace ${published.id}`);
}

/** Pauses a schedule, or lets it go on, for all processes. */
export async function turnSchedule(name: string, verb: "pause" | "resume", { reason, json }: VerbOptions): Promise<void> {
  const view = await asTyped(() => withApplication<ScheduleView & PauseResult>((bus) => bus.schedules[verb](name, byPerson(reason))));
  if (json === true) return printJson(view);
  if (verb === "pause") print(pausedLine(name, view, { told: "", back: `busbar schedules resume ${name}` }));
  else print(`${name} goes on${view.next[0] === undefined ? "" : `, next ${nextText(view.next[0], view.timeZone, localZone())}`}.`);
}
