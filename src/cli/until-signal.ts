/** A second signal within this time is the same one: a terminal sends Ctrl-C to npm and to us, and npm passes it on. */
const sameSignalMs = 1_000;

/**
 * Waits for Ctrl-C or SIGTERM, then stops cleanly. A second Ctrl-C, given by an impatient person, ends the process at once: what was under way is
 * taken over at the next start.
 */
export async function untilSignal(stop: (signal: string) => Promise<void>): Promise<void> {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let first = 0;
  const signal = await new Promise<string>((resolve) => {
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
    for (const name of signals) process.on(name, listener);
  });
  await stop(signal);
  // Everything is closed. Should something still hold the process, it does not do so for long.
  setTimeout(() => process.exit(), 2_000).unref();
}
