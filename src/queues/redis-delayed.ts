import type { RedisConnection } from "../base/redis.ts";

/** The bits of a score in BullMQ's set of delayed jobs that keep the order of jobs of one millisecond. */
const orderBits = 12;

/**
 * The ids of delayed jobs that are due by a time, those due first in front.
 * @param key of BullMQ's set of delayed jobs
 * @param until milliseconds since 1970, by the wall clock
 */
export function delayedUntil(redis: RedisConnection, key: string, until: number): Promise<string[]> {
  return redis.zrangebyscore(key, "-inf", `(${(until + 1) * 2 ** orderBits}`);
}

/** When a delayed job is due, milliseconds since 1970; undefined where it is none. */
export async function dueOf(redis: RedisConnection, key: string, id: string): Promise<number | undefined> {
  const score = await redis.zscore(key, id);
  return score === null ? undefined : Math.floor(Number(score) / 2 ** orderBits);
}
