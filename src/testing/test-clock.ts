import type { Clock } from "../base/clock.ts";
import { BusbarError } from "../base/errors.ts";

/** A clock that stands still until a test moves it. */
export interface TestClock extends Required<Clock> {
  move(milliseconds: number): void;
}

/** So far away no test waits; BullMQ can place nothing much later without losing the order of its jobs. */
const farAwayMs = 10 * 365 * 86_400_000;

/**
 * A clock that shows one time until it is moved. What waits in queues is placed years away, so that it is handed out when the
 * clock was moved and not because the test was slow; and chance adds nothing to a wait.
 */
export function testClock(start: string | number | Date): TestClock {
  const from = new Date(start).getTime();
  if (Number.isNaN(from))
    throw new BusbarError("INVALID_CONFIGURATION", `now: ${JSON.stringify(start)} is no time such as "2026-01-31T09:30:00Z".`);
  const shift = Date.now() + farAwayMs - from;
  let now = from;
  return {
    now: () => now,
    random: () => 0,
    wallTime: (time) => time + shift,
    move: (milliseconds) => void (now += milliseconds),
  };
}
