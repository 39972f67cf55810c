import type { Progress } from "../define/handler.ts";

/** At most one report in so many milliseconds goes on; the last one always does. */
const paceMs = 250;

export interface PacedProgress {
  report(progress: Progress): void;
  /** Hands the last report on, if it is still held back. */
  flush(): void;
}

/** Draws reports of progress together, so that a handler may report each of its rows. */
export function pacedProgress(pass: (progress: Progress) => void): PacedProgress {
  let held: Progress | undefined;
  let timer: NodeJS.Timeout | undefined;
  const passHeld = (): void => {
    if (held !== undefined) pass(held);
    held = undefined;
  };
  const tick = (): void => {
    timer = held === undefined ? undefined : setTimeout(tick, paceMs);
    passHeld();
  };
  return {
    report({ done, total, note }) {
      if (!Number.isFinite(done)) throw new TypeError(`progress: done must be a number, not ${String(done)}`);
      held = { done, ...(total === undefined ? {} : { total }), ...(note === undefined ? {} : { note: String(note).slice(0, 200) }) };
      if (timer === undefined) tick();
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      passHeld();
    },
  };
}
