/** How often a process that waits asks Redis all the same, in milliseconds. */
export interface Pace {
  /** A blocking read returns after this, empty. */
  readonly block: number;
  /** A worker that waits for a job asks again after this; a new job wakes it at once. */
  readonly drain: number;
  /** Workers look for jobs whose worker is gone. */
  readonly stalled: number;
  /** A worker whose channel's rate is used up asks again after this at the latest, so that it hears of another rate. */
  readonly limited: number;
  /** Routers look for what was missed, and for what another one left behind. */
  readonly sweep: number;
  /** What a router has not touched for this long is taken over. Longer than `sweep`, in which it says that it lives. */
  readonly takeOver: number;
  /** Retention and old dead letters are looked after, by one of all processes. */
  readonly rounds: number;
  /** What was planned is accounted for, by one of all processes. */
  readonly accounts: number;
}

/**
 * - `standard`: what a killed process held is taken over within seconds: a worker's after {@link lease} and `stalled`, 10 s at most, a
 *   router's after `takeOver` and `sweep`, 18 s at most;
 * - `economy`: for hosts that bill by command: within minutes. What is published is routed and sent as fast as ever.
 */
export const paces = {
  standard: {
    block: 5_000,
    drain: 5_000,
    stalled: 4_000,
    limited: 1_000,
    sweep: 5_000,
    takeOver: 13_000,
    rounds: 60_000,
    accounts: 60_000,
  },
  economy: {
    block: 60_000,
    drain: 300_000,
    stalled: 240_000,
    limited: 30_000,
    sweep: 60_000,
    takeOver: 150_000,
    rounds: 3_600_000,
    accounts: 6 * 3_600_000,
  },
} as const satisfies Readonly<Record<string, Pace>>;

export type Profile = keyof typeof paces;

/**
 * What a worker has in hand is its own for `lasts` milliseconds, and for as long again each time that it says so, every `renewed`
 * milliseconds: the job by its lock, and the right to send by its claim. So a process, or its Redis, may be silent for the difference, 5 s,
 * before another worker takes over what it may have sent. Short, because it is most of what a killed worker's delivery waits; saying so
 * costs only where something is under way for longer than a moment, so the profiles do not differ in it.
 */
export const lease = { lasts: 6_000, renewed: 1_000 } as const;
