/** Waits so many milliseconds, or until the mailroom ends. Never rejects. */
export type Wait = (milliseconds: number) => Promise<void>;

/** Waits of many at once: the signal has one listener for all of them. */
export function waits(ending: AbortSignal): Wait {
  const under = new Map<NodeJS.Timeout, () => void>();
  ending.addEventListener("abort", () => {
    for (const [timer, resolve] of under) {
      clearTimeout(timer);
      resolve();
    }
    under.clear();
  });
  return (milliseconds) =>
    new Promise((resolve) => {
      if (ending.aborted) return resolve();
      const timer = setTimeout(() => {
        under.delete(timer);
        resolve();
      }, milliseconds);
      under.set(timer, resolve);
    });
}
