/** Whether a line that says the same each time is due. */
export interface Seldom {
  /** True for the first one, then every half minute. */
  due(): boolean;
  /** It works again: the next one is a first one. */
  over(): void;
}

const everyMs = 30_000;

/** For what is tried again every moment while something is away: whoever reads along sees other lines, too. */
export function seldom(now: () => number = () => performance.now()): Seldom {
  let toldAt: number | undefined;
  return {
    due() {
      const at = now();
      if (toldAt !== undefined && at - toldAt < everyMs) return false;
      toldAt = at;
      return true;
    },
    over: () => void (toldAt = undefined),
  };
}
