import { setTimeout as pause } from "node:timers/promises";

/** Calls `work` with 0, 1, 2 … at a steady rate, whether or not the calls before have ended; resolves when all have. */
export async function pace(
  options: { readonly count: number; readonly perSecond: number },
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  const start = performance.now();
  const calls: Promise<unknown>[] = [];
  for (let index = 0; index < options.count; index++) {
    const wait = start + (index * 1_000) / options.perSecond - performance.now();
    if (wait > 0) await pause(wait);
    calls.push(work(index));
  }
  await Promise.all(calls);
}
