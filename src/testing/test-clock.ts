import type { Alarm, Clock } from "../base/clock.ts";
import { BusbarError } from "../base/errors.ts";

/** A clock that stands still until a test moves it. */
export interface TestClock extends Required<Clock> {
  /**
   * Moves it on, with a halt at each time that somebody waits for, so that what happens then happens at its time.
   * @param settled called after each halt
   */
  move(milliseconds: number, settled?: () => Promise<unknown>): Promise<void>;
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
  const alarms = new Set<Alarm>();
  let now = from;
  return {
    now: () => now,
    random: () => 0,
    wallTime: (time) => time + shift,
    alarms(alarm) {
      alarms.add(alarm);
      return () => void alarms.delete(alarm);
    },
    async move(milliseconds, settled) {
      const to = now + milliseconds;
      for (;;) {
        const next = Math.min(...[...alarms].map((alarm) => alarm.next()));
        if (next > to) break;
        now = Math.max(now, next);
        await Promise.all([...alarms].map((alarm) => alarm.ring()));
        await settled?.();
      }
      now = to;
    },
  };
}
