import type { RedisConnection } from "../base/redis.ts";
import type { ReconcilerRecord } from "./reconciler-record.ts";

/**
 * `<p>` is the prefix, `<app>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:reconciler` | hash | `<age> <topic> <partition>` → id of the entry that the look at events of that age has got to |
 * | `<p>:{<app>}:reconciled` | hash | `missing` deliveries found lost, ever; `at` when the last was (ms) |
 */
export function redisReconcilerRecord(redis: RedisConnection, prefix: string, application: string): ReconcilerRecord {
  const key = (name: string): string => `${prefix}:{${application}}:${name}`;
  return {
    places: async () => new Map(Object.entries(await redis.hgetall(key("reconciler")))),
    save: async (name, entryId) => void (await redis.hset(key("reconciler"), name, entryId)),
    async count(missing, at) {
      await redis.multi().hincrby(key("reconciled"), "missing", missing).hset(key("reconciled"), "at", at).exec();
    },
    async found() {
      const { missing = "0", at } = await redis.hgetall(key("reconciled"));
      return { missing: Number(missing), ...(at === undefined ? {} : { lastAt: Number(at) }) };
    },
  };
}
