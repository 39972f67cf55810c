import type { Locks } from "../base/locks.ts";

export interface HeldWork {
  /** Names the lock: one process at a time works on it. */
  readonly name: string;
  readonly locks: Locks;
  /** False: nobody is to work on it any more. Asked every second. */
  readonly wanted: () => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
}

/** Whoever works on an operation says so every second; a process that died, or was paused, has it no more after this, milliseconds. */
const heldMs = 10_000;
const renewMs = 1_000;

/** Works on a stored operation, in one process at a time; undefined: another one does. `run` is told to end when the work is no longer ours or wanted. */
export async function heldWork<T>(
  { name, locks, wanted, signal }: HeldWork,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const lock = await locks.acquire(name, heldMs);
  if (lock === undefined) return undefined;
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted === true) end();
  const heartbeat = setInterval(() => {
    void Promise.all([lock.renew(), wanted()]).then(
      ([ours, still]) => (ours && still) || end(),
      () => undefined,
    );
  }, renewMs);
  try {
    return await run(ending.signal);
  } finally {
    clearInterval(heartbeat);
    signal?.removeEventListener("abort", end);
    await lock.release().catch(() => undefined);
  }
}
