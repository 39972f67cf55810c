import type { MissedRuns } from "../../define/schedule.ts";

/** What a schedule says, as far as processes have to agree on it. */
export interface ScheduleTerms {
  readonly topic: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly missed: MissedRuns;
}

/** What is known of a schedule, whichever process looks. All times are milliseconds since 1970. */
export interface ScheduleRecord {
  /** Those in force: who has others waits until no living process has these. */
  readonly terms: ScheduleTerms;
  /** Every firing until then was made, or passed over. */
  readonly until: number;
  /** The last firing that was made, and its event. */
  readonly last?: { readonly time: number; readonly event: string };
  /** Firings that nobody made, ever. */
  readonly missed: number;
  /** Why the last firing was not made, where its payload could not be. */
  readonly trouble?: string;
  /** A firing that somebody has begun: finished by another one after `until`, whatever the policy says of late ones. */
  readonly begun?: { readonly time: number; readonly by: string; readonly at: number; readonly until: number };
  readonly paused?: { readonly at: number; readonly by: string; readonly reason?: string };
  /** The last event that a person asked for. */
  readonly ran?: { readonly at: number; readonly by: string; readonly event: string; readonly reason?: string };
  /** A process has started whose code does not have it, while another one had. */
  readonly gone?: number;
}

/** A process that fires schedules. */
export interface Holder {
  /** When it last said that it lives. */
  readonly seen: number;
  /** Its schedules. */
  readonly has: Readonly<Record<string, ScheduleTerms>>;
}

/** Where schedules are remembered. Each change is one step, made only if nobody else has changed the record meanwhile. */
export interface ScheduleStore {
  all(): Promise<ReadonlyMap<string, ScheduleRecord>>;
  read(name: string): Promise<ScheduleRecord | undefined>;
  /** Puts a record in the place of the one that was read; undefined is none. False: it is another one by now, and nothing was changed. */
  swap(name: string, was: ScheduleRecord | undefined, now: ScheduleRecord | undefined): Promise<boolean>;
  holders(): Promise<ReadonlyMap<string, Holder>>;
  hold(id: string, holder: Holder): Promise<void>;
  leave(ids: readonly string[]): Promise<void>;
}

export function sameTerms(a: ScheduleTerms, b: ScheduleTerms): boolean {
  return a.topic === b.topic && a.cron === b.cron && a.timeZone === b.timeZone && a.missed === b.missed;
}
