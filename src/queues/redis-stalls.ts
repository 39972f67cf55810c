import type { RedisConnection } from "../base/redis.ts";

/** Forgets how often a job's workers died: BullMQ counts it in the field `stc` of the job's hash, and a retry by hand does not reset it. */
export async function forgetStalls(redis: RedisConnection, jobKey: string): Promise<void> {
  await redis.hdel(jobKey, "stc");
}
