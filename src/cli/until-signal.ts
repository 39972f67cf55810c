/** A second signal within this time is the same one: a terminal sends Ctrl-C to npm and to us, and npm passes it on. */
const sameSignalMs = 1_000;

/**
 * Listens for Ctrl-C, SIGTERM and SIGHUP from now on, so that a start is never cut off halfway; resolves with the first one. A
 * second Ctrl-C, given by an impatient person, ends the process at once: what was under way is taken over at the next start.
 */
export function firstSignal(): Promise<string> {
  let first = 0;
  return new Promise((resolve) => {
    const listener = (name: string): void => {
      const now = performance.now();
      if (first === 0) {
        first = now;
        resolve(name);
      } else if (now - first > sameSignalMs) {
        process.stderr.write("Stopped at once; what was under way is finished at the next start.\n");
        process.exit(130);
      }
    };
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, listener);
  });
}

/** Waits for the signal, then stops cleanly. */
export async function untilSignal(signal: Promise<string>, stop: (signal: string) => Promise<void>): Promise<void> {
  await stop(await signal);
  // Everything is closed. Should something still hold the process, it does not do so for long.
  setTimeout(() => process.exit(), 2_000).unref();
}
