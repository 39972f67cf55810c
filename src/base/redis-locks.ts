import { randomUUID } from "node:crypto";
import type { Locks } from "./locks.ts";
import type { RedisConnection } from "./redis.ts";

const renewScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";
const releaseScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/** Locks are strings `<prefix>:lock:<name>` with a random value and a time to live. */
export function redisLocks(redis: RedisConnection, prefix: string): Locks {
  return {
    async acquire(name, milliseconds) {
      const key = `${prefix}:lock:${name}`;
      const value = randomUUID();
      if ((await redis.set(key, value, "PX", milliseconds, "NX")) === null) return undefined;
      return {
        renew: async () => (await redis.eval(renewScript, 1, key, value, milliseconds)) === 1,
        release: async () => void (await redis.eval(releaseScript, 1, key, value)),
      };
    },
  };
}
