import type { Schedule } from "../../define/schedule.ts";
import { type Holder, sameTerms, type ScheduleRecord, type ScheduleStore, type ScheduleTerms } from "./schedule-record.ts";

/** What a start made of the schedules in its code, by their names. */
export interface ScheduleDiff {
  /** New: they begin now. */
  readonly added: readonly string[];
  /** Their terms are others than before, and hold from now on. */
  readonly changed: readonly string[];
  /** Gone from the code, and forgotten; where another process still has one, when the last of those has stopped. */
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
  /** Their terms are others than those of a process that lives: they hold when the last such process has stopped. */
  readonly waiting: readonly string[];
}

/** A process says once an hour that it lives; who was not heard of for so long is gone, milliseconds. */
export const goneMs = 2.5 * 3_600_000;

export interface ReconcileOptions {
  readonly store: ScheduleStore;
  readonly schedules: readonly Schedule[];
  /** This process. */
  readonly me: string;
  readonly now: number;
  /** Whether it is known of a process that it has ended without saying so. */
  readonly isDead: (holder: string) => boolean;
}

/**
 * Brings what Redis knows in line with the code. What two builds see in another way is not changed to and fro: terms stay in force as long as a living
 * process has them.
 */
export async function reconcileSchedules({ store, schedules, me, now, isDead }: ReconcileOptions): Promise<ScheduleDiff> {
  const has = Object.fromEntries(schedules.map((schedule) => [schedule.name, termsOf(schedule)]));
  // Before anything is looked at: who starts at the same time sees this one.
  await store.hold(me, { seen: now, has });
  const holders = await store.holders();
  const dead = [...holders].filter(([id, { seen }]) => id !== me && (seen <= now - goneMs || isDead(id))).map(([id]) => id);
  await store.leave(dead);
  const others = [...holders].filter(([id]) => id !== me && !dead.includes(id)).map(([, holder]) => holder);

  const diff = { added: [], changed: [], removed: [], unchanged: [], waiting: [] } as Record<keyof ScheduleDiff, string[]>;
  for (const [name, terms] of Object.entries(has)) {
    const how = await swapped(store, name, (record) => registered(record, terms, { name, others, now }));
    diff[how].push(name);
  }
  for (const name of (await store.all()).keys()) {
    if (Object.hasOwn(has, name)) continue;
    await swapped(store, name, (record) => forgotten(record, { name, others, now }));
    diff.removed.push(name);
  }
  return diff;
}

export function termsOf({ topic, cron, timeZone, missed }: Schedule): ScheduleTerms {
  return { topic: topic.name, cron, timeZone, missed };
}

interface Sight {
  readonly name: string;
  /** The living processes besides this one. */
  readonly others: readonly Holder[];
  readonly now: number;
}

type Change<How> = { readonly how: How; readonly record: ScheduleRecord | undefined };

/** What becomes of the record of a schedule in a process that has it. Pure. */
export function registered(
  record: ScheduleRecord | undefined,
  terms: ScheduleTerms,
  { name, others, now }: Sight,
): Change<"added" | "changed" | "unchanged" | "waiting"> {
  const held = others.flatMap(({ has }) => has[name] ?? []);
  if (record === undefined || (record.gone !== undefined && held.length === 0))
    return { how: "added", record: { terms, until: now, missed: 0 } };
  const { gone: _gone, ...there } = record;
  if (sameTerms(record.terms, terms)) return { how: "unchanged", record: there };
  if (held.some((each) => sameTerms(each, record.terms))) return { how: "waiting", record: there };
  return { how: "changed", record: { ...there, terms, until: Math.max(record.until, now) } };
}

/** The same in a process whose code does not have it. Pure. */
function forgotten(record: ScheduleRecord | undefined, { name, others, now }: Sight): Change<"removed"> {
  const held = others.some(({ has }) => has[name] !== undefined);
  return { how: "removed", record: record !== undefined && held ? { ...record, gone: record.gone ?? now } : undefined };
}

/** Changes a record, again where somebody else has changed it meanwhile. */
export async function swapped<How extends string>(
  store: ScheduleStore,
  name: string,
  change: (record: ScheduleRecord | undefined) => Change<How>,
): Promise<How> {
  for (;;) {
    const was = await store.read(name);
    const { how, record } = change(was);
    if (JSON.stringify(record) === JSON.stringify(was) || (await store.swap(name, was, record))) return how;
  }
}
