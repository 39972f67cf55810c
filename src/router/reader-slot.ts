import { hostname } from "node:os";
import type { Lock, Locks } from "../base/locks.ts";

/** The name under which a router reads. It is free again when its process is gone, so that names do not pile up in the groups. */
export interface ReaderSlot {
  name(): string;
  /** Call it more often than the name is held. Takes another slot if this one was lost (a process that was paused for long). */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the first free `<host>.router.<number>`; two live processes never share one.
 * @param holdMs milliseconds that the name is held without a renewal
 */
export async function takeReaderSlot(locks: Locks, holdMs: number): Promise<ReaderSlot> {
  let held = await firstFree(locks, holdMs);
  return {
    name: () => held.name,
    async renew() {
      if (!(await held.lock.renew())) held = await firstFree(locks, holdMs);
    },
    release: () => held.lock.release(),
  };
}

async function firstFree(locks: Locks, holdMs: number): Promise<{ name: string; lock: Lock }> {
  for (let number = 0; ; number++) {
    const name = `${hostname()}.router.${number}`;
    const lock = await locks.acquire(name, holdMs);
    if (lock !== undefined) return { name, lock };
  }
}
