/** The loops of a router. It is alive while each of them turns: one that hangs is not hidden by the others. */
export interface Turns {
  /**
   * Begins to watch a loop.
   * @param longest milliseconds that a turn takes at most
   * @returns to be called at each turn
   */
  watch(longest: number): () => void;
  alive(): boolean;
}

/** @param now milliseconds; not the clock: one that tests move would call a loop dead that only waits */
export function turnsOf(now: () => number = () => performance.now()): Turns {
  const loops: { readonly longest: number; turned: number }[] = [];
  return {
    watch(longest) {
      const loop = { longest, turned: now() };
      loops.push(loop);
      return () => void (loop.turned = now());
    },
    alive: () => loops.every(({ longest, turned }) => now() - turned < longest),
  };
}
