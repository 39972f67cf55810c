import type { RedisConnection } from "../base/redis.ts";
import type { ReplayPlaces } from "./replay-places.ts";

const keepSeconds = 96 * 3_600;

/**
 * `<p>` is the prefix, `<app>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:replay:<hash>` | hash | partition → id of the entry that a replay has got to; the hash is of its topic, subscriber and range; for 96 h |
 */
export function redisReplayPlaces(redis: RedisConnection, prefix: string, application: string): ReplayPlaces {
  const key = (name: string): string => `${prefix}:{${application}}:replay:${name}`;
  return {
    async load(name) {
      const places = await redis.hgetall(key(name));
      return Object.fromEntries(Object.entries(places).map(([partition, entryId]) => [Number(partition), entryId]));
    },
    async save(name, partition, entryId) {
      await redis.multi().hset(key(name), String(partition), entryId).expire(key(name), keepSeconds).exec();
    },
    async forget(name) {
      await redis.del(key(name));
    },
  };
}
