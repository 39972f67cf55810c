import type { Clock } from "../../base/clock.ts";
import { BusbarError } from "../../base/errors.ts";
import type { Catalog } from "../../define/catalog.ts";
import { firingOf, payloadOf } from "../../define/firing.ts";
import { nearestName, thereAre } from "../../define/names.ts";
import type { Published } from "../../define/publish.ts";
import { type ScheduleDiff, swapped } from "../../router/schedules/reconcile-schedules.ts";
import type { ScheduleRecord } from "../../router/schedules/schedule-record.ts";
import { audited } from "../audited.ts";
import { type By, byName } from "../by.ts";
import type { LazyParts } from "../parts.ts";
import { pausedBefore, pauseDeed, type PauseResult } from "../paused-before.ts";
import type { Publish } from "../publish.ts";
import { scheduleView, type ScheduleView } from "./schedule-view.ts";

/** What is published by the clock, at run time, for all processes. Connects with its first question. */
export interface ScheduleControl {
  /** In the order of their names. */
  list(): Promise<readonly ScheduleView[]>;
  /**
   * Publishes its event now, whether it is paused or not. It does not move the next firing.
   * @throws BusbarError `UNKNOWN_SCHEDULE`, `INVALID_EVENT`, or what a publish throws
   */
  run(name: string, by?: By): Promise<Published>;
  /**
   * No process fires it until `resume`. What falls due meanwhile is neither made later nor counted as missed.
   * @returns besides the schedule, who had paused it already, where somebody had
   * @throws BusbarError `UNKNOWN_SCHEDULE`, or `REFUSED` where no process with a router has begun with it
   */
  pause(name: string, by?: By): Promise<ScheduleView & PauseResult>;
  /** It goes on with the next firing that falls due. */
  resume(name: string, by?: By): Promise<ScheduleView>;
  /** What the start of this process made of the schedules; undefined where it does not fire any. */
  started(): ScheduleDiff | undefined;
}

export interface ScheduleControlOptions {
  readonly parts: Pick<LazyParts, "schedules" | "audit">;
  readonly catalog: () => Promise<Catalog>;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly started: () => ScheduleDiff | undefined;
}

export function scheduleControl({ parts, catalog, publish, clock, started }: ScheduleControlOptions): ScheduleControl {
  /** What is known of each, by its name. */
  const all = async () => {
    const [{ schedules }, records] = await Promise.all([catalog(), parts.schedules().all()]);
    return { schedules: new Map(schedules.map((schedule) => [schedule.name, schedule])), records };
  };
  const viewOf = async (name: string): Promise<ScheduleView> => {
    const { schedules, records } = await all();
    return scheduleView(name, schedules.get(name), records.get(name), clock.now());
  };
  /** @throws BusbarError `UNKNOWN_SCHEDULE`, or `REFUSED` where no process has begun with it */
  const begun = async (name: string): Promise<ScheduleRecord> => {
    const { schedules, records } = await all();
    if (!schedules.has(name) && !records.has(name)) throw unknownSchedule(name, [...schedules.keys(), ...records.keys()]);
    return records.get(name) ?? notBegun(name);
  };
  /** Says what it was before. */
  const change = async (name: string, next: (record: ScheduleRecord) => ScheduleRecord): Promise<ScheduleRecord> => {
    let before: ScheduleRecord | undefined;
    await swapped(parts.schedules(), name, (was) => {
      before = was;
      return { how: "done", record: was && next(was) };
    });
    return before ?? notBegun(name);
  };

  return {
    async list() {
      const { schedules, records } = await all();
      const names = [...new Set([...schedules.keys(), ...records.keys()])].toSorted();
      return names.map((name) => scheduleView(name, schedules.get(name), records.get(name), clock.now()));
    },

    async run(name, by = {}) {
      const { schedules, records } = await all();
      const schedule = schedules.get(name);
      if (schedule === undefined) throw unknownSchedule(name, [...schedules.keys()]);
      const at = clock.now();
      const made = payloadOf(schedule, firingOf(schedule, at, records.get(name)?.last?.time));
      if ("problem" in made) throw new BusbarError("INVALID_EVENT", `The schedule "${name}" was not run:`, { problems: [made.problem] });
      return audited(parts.audit, { what: "schedule.run", of: name, by }, async () => {
        const published = await publish(schedule.topic.name, made.payload, schedule.policy);
        const ran = { at, by: byName(by), event: published.id, ...(by.reason === undefined ? {} : { reason: by.reason }) };
        await swapped(parts.schedules(), name, (was) => ({ how: "done", record: was && { ...was, ran } }));
        return published;
      });
    },

    async pause(name, by = {}) {
      const paused = { at: clock.now(), by: byName(by), ...(by.reason === undefined ? {} : { reason: by.reason }) };
      const deed = pauseDeed(name, pausedBefore((await begun(name)).paused));
      const result = await audited(parts.audit, { ...deed, what: "schedule.pause", by }, async () => {
        const before = await change(name, (was) => ({ ...was, paused: was.paused ?? paused }));
        return pausedBefore(before.paused);
      });
      return { ...(await viewOf(name)), ...result };
    },

    async resume(name, by = {}) {
      await begun(name);
      await audited(parts.audit, { what: "schedule.resume", of: name, by }, () =>
        change(name, ({ paused, ...was }) => (paused === undefined ? was : { ...was, until: Math.max(was.until, clock.now()) })),
      );
      return viewOf(name);
    },

    started,
  };
}

/** @throws BusbarError `REFUSED` */
function notBegun(name: string): never {
  throw new BusbarError("REFUSED", `No process has begun with the schedule "${name}": start one with a router, such as busbar start.`);
}

function unknownSchedule(name: string, known: readonly string[]): BusbarError {
  const near = nearestName(name, known);
  const advice = near === undefined ? `${thereAre([...new Set(known)])}.` : `Did you mean "${near}"?`;
  return new BusbarError("UNKNOWN_SCHEDULE", `No schedule is called ${JSON.stringify(name)}. ${advice}`);
}
