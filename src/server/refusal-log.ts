import type { Logger } from "../base/logger.ts";

export interface Refusal {
  readonly provider: string;
  readonly reason: string;
}

/** Milliseconds in which the same refusal is told once: whoever forges callbacks writes no log of ours full. */
const quietMs = 10_000;

/** Tells of refused callbacks, without a word of what they held. */
export function refusalLog(logger: Logger, now: () => number = performance.now.bind(performance)): (refusal: Refusal) => void {
  const told = new Map<string, { at: number; untold: number }>();
  return ({ provider, reason }) => {
    const key = `${provider} ${reason}`;
    const last = told.get(key);
    if (last !== undefined && now() - last.at < quietMs) {
      last.untold += 1;
      return;
    }
    told.set(key, { at: now(), untold: 0 });
    const more = last === undefined || last.untold === 0 ? {} : { alsoRefused: last.untold };
    logger.warn({ provider, reason, ...more }, "a callback was refused");
  };
}
