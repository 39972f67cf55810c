import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { pause } from "../../base/pause.ts";
import type { Schedule } from "../../define/schedule.ts";
import { type FireOptions, makeFirings } from "./fire.ts";
import { holderId, isDeadHolder } from "./holder-id.ts";
import { reconcileSchedules, type ScheduleDiff, termsOf } from "./reconcile-schedules.ts";
import type { ScheduleRecord } from "./schedule-record.ts";

export interface SchedulerOptions extends Omit<FireOptions, "me" | "since" | "isDead" | "now"> {
  readonly schedules: readonly Schedule[];
  readonly clock: Clock;
}

export interface Scheduler {
  /** What the start made of the schedules. */
  readonly diff: ScheduleDiff;
  /** Finishes the firing under way, and leaves the schedules to the other processes. Twice is fine. */
  stop(): Promise<void>;
}

/** A process says so often that it lives, milliseconds. */
const livesMs = 3_600_000;
/** What failed is tried again after this, milliseconds. */
const againMs = 5_000;
/** A timer may sleep no longer, milliseconds: a machine that was asleep, or whose clock was set, is late by no more. It asks nobody. */
const napMs = 60_000;

/**
 * Brings the schedules in line with the code, then fires them. Between two firings it asks Redis nothing, but says once an hour that it lives.
 */
export async function startScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const { schedules, store, clock, logger } = options;
  const me = holderId();
  const since = clock.now();
  const firing = { ...options, me, since, isDead: isDeadHolder, now: () => clock.now() };
  const diff = await reconcileSchedules({ store, schedules, me, now: since, isDead: isDeadHolder });
  const has = Object.fromEntries(schedules.map((schedule) => [schedule.name, termsOf(schedule)]));
  const records = new Map<string, ScheduleRecord | undefined>(await store.all());
  const wakes = new Map<string, number | undefined>(schedules.map(({ name }) => [name, since]));
  const stopping = new AbortController();
  let seen = since;

  const nextWake = (): number => Math.min(...[...wakes.values()].map((wake) => wake ?? Infinity));
  const round = async (): Promise<void> => {
    for (const schedule of schedules) {
      const { name } = schedule;
      const wake = wakes.get(name);
      if (stopping.signal.aborted) return;
      if (wake === undefined || wake > clock.now()) continue;
      try {
        const after = await makeFirings(firing, schedule, records.get(name));
        records.set(name, after.record);
        wakes.set(name, after.wake);
      } catch (error) {
        // What Redis holds by now is not known.
        records.delete(name);
        wakes.set(name, clock.now() + againMs);
        logger.warn({ schedule: name, error: messageOf(error) }, "a schedule could not fire; it is tried again");
      }
    }
  };
  const live = async (): Promise<void> => {
    if (clock.now() - seen < livesMs) return;
    seen = clock.now();
    await store
      .hold(me, { seen, has })
      .catch((error: unknown) => logger.warn({ error: messageOf(error) }, "schedules: it could not be said that this process lives"));
  };
  const run = async (): Promise<void> => {
    while (schedules.length > 0 && !stopping.signal.aborted) {
      await round();
      await live();
      await pause(Math.max(0, Math.min(nextWake() - clock.now(), napMs)), stopping.signal);
    }
  };
  // A clock that stands still says itself when it was moved.
  let turn: Promise<void> = Promise.resolve();
  const ring = (): Promise<void> => (turn = turn.then(round));
  const silence = clock.alarms?.({ next: nextWake, ring });
  const running = silence === undefined ? run() : Promise.resolve();
  if (silence !== undefined) await ring();

  return {
    diff,
    async stop() {
      stopping.abort();
      silence?.();
      await Promise.all([running, turn]);
      await store.leave([me]).catch(() => undefined);
    },
  };
}
