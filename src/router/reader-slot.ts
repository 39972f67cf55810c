import { hostname } from "node:os";
import type { Lock, Locks } from "../base/redis-locks.ts";

/** The name under which a router reads. It is free again when its process is gone, so that names do not pile up in the groups. */
export interface ReaderSlot {
  name(): string;
  /** Call it more often than every 15 s. Takes another slot if this one was lost (a process that was paused for long). */
  renew(): Promise<void>;
  release(): Promise<void>;
}

const slotMs = 15_000;

/** Takes the first free `<host>.router.<number>`; two live processes never share one. */
export async function takeReaderSlot(locks: Locks): Promise<ReaderSlot> {
  let held = await firstFree(locks);
  return {
    name: () => held.name,
    async renew() {
      if (!(await held.lock.renew())) held = await firstFree(locks);
    },
    release: () => held.lock.release(),
  };
}

async function firstFree(locks: Locks): Promise<{ name: string; lock: Lock }> {
  for (let number = 0; ; number++) {
    const name = `${hostname()}.router.${number}`;
    const lock = await locks.acquire(name, slotMs);
    if (lock !== undefined) return { name, lock };
  }
}
