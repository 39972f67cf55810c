/** A timer that is asked for longer fires at once, milliseconds. */
const longestMs = 2 ** 31 - 1;

/** Waits so many milliseconds, 24 days at most, or until the signal aborts. Never rejects. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.min(milliseconds, longestMs));
    signal?.addEventListener("abort", finish, { once: true });
  });
}
