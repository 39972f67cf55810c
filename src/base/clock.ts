/** Where the time comes from. Tests hand in one of their own; nothing else in the product reads the wall clock for a decision. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
