import type { RedisConnection } from "../base/redis.ts";

/** Ids of a sorted set whose scores are when each was made, milliseconds since 1970: the newest first, or those that come after a place in that order. */
export async function newestIds(
  redis: RedisConnection,
  key: string,
  { count, after }: { readonly count: number; readonly after?: readonly [made: number, id: string] | undefined },
): Promise<string[]> {
  if (after === undefined) return redis.zrevrange(key, 0, count - 1);
  const [made, id] = after;
  // Of one millisecond, Redis has the ids in the order of their text.
  const [beside, older] = await Promise.all([
    redis.zrevrangebyscore(key, made, made),
    redis.zrevrangebyscore(key, `(${made}`, "-inf", "LIMIT", 0, count),
  ]);
  return [...beside.filter((other) => other < id), ...older].slice(0, count);
}
