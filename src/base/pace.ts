/** How often a process that waits asks Redis all the same, in milliseconds. */
export interface Pace {
  /** A blocking read returns after this, empty. */
  readonly block: number;
  /** A worker that waits for a job asks again after this; a new job wakes it at once. */
  readonly drain: number;
  /** Workers look for jobs whose worker is gone. */
  readonly stalled: number;
  /** Routers look for what was missed, and for what another one left behind. */
  readonly sweep: number;
  /** What a router has not touched for this long is taken over. Longer than `sweep`, in which it says that it lives. */
  readonly takeOver: number;
  /** Retention and old dead letters are looked after, by one of all processes. */
  readonly rounds: number;
}

/**
 * - `standard`: what a killed process held is taken over within seconds;
 * - `economy`: for hosts that bill by command: within minutes. What is published is routed and sent as fast as ever.
 */
export const paces = {
  standard: { block: 5_000, drain: 5_000, stalled: 5_000, sweep: 5_000, takeOver: 15_000, rounds: 60_000 },
  economy: { block: 60_000, drain: 300_000, stalled: 240_000, sweep: 60_000, takeOver: 150_000, rounds: 3_600_000 },
} as const satisfies Readonly<Record<string, Pace>>;

export type Profile = keyof typeof paces;
