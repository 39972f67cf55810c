/** Where the time comes from. Tests hand in one of their own; nothing else in the product reads the wall clock for a decision. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** A number in [0, 1), for the jitter of waits. Default: chance. */
  readonly random?: () => number;
  /**
   * When, by the wall clock, a queue hands out what waits for `time`. Default: when that time has come. A clock that tests move names
   * a time years away, so that nothing is handed out but by `DeliveryQueue.handOutDue`, however long the test takes.
   */
  readonly wallTime?: (time: number) => number;
  /**
   * Of a clock that tests move: it rings when a time comes that somebody waits for, and waits for what is done then. Returns what ends that. Default: those
   * who wait have timers.
   */
  readonly alarms?: (alarm: Alarm) => () => void;
}

export interface Alarm {
  /** The time that is waited for, milliseconds since 1970; `Infinity` where there is none. */
  readonly next: () => number;
  readonly ring: () => Promise<void>;
}

export const systemClock: Clock = { now: () => Date.now(), random: () => Math.random() };

/** Milliseconds by the wall clock until something that waits for a time of this clock is handed out. */
export function waitUntil(clock: Clock, time: number): number {
  const now = clock.now();
  if (time <= now) return 0;
  return clock.wallTime === undefined ? time - now : Math.max(0, clock.wallTime(time) - Date.now());
}
