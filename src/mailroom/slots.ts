/** Lets no more than so many works run at once; the others wait in their order. */
export function slots(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => void queue.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever waits takes the place over, so that nobody comes between.
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
