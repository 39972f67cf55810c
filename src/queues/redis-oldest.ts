import type { RedisConnection } from "../base/redis.ts";

/** BullMQ's score of a job that waits: its priority in the upper bits, and the order of arrival in the lower 32. */
const orderBits = 32;

/**
 * When the oldest of the jobs that wait for a worker was added, milliseconds since 1970: of each priority, the first in line is asked.
 * @param key makes a key of BullMQ's queue
 */
export async function oldestWaiting(
  redis: RedisConnection,
  key: (type: string) => string,
  priorities: readonly number[],
): Promise<number | undefined> {
  const firsts = await Promise.all(
    priorities.map((priority) =>
      redis.zrangebyscore(key("prioritized"), priority * 2 ** orderBits, `(${(priority + 1) * 2 ** orderBits}`, "LIMIT", 0, 1),
    ),
  );
  const ids = firsts.flat();
  if (ids.length === 0) return undefined;
  const added = await Promise.all(ids.map((id) => redis.hget(key(id), "timestamp")));
  const times = added.flatMap((time) => (time === null ? [] : [Number(time)]));
  return times.length === 0 ? undefined : Math.min(...times);
}
