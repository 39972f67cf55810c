import type { Redis } from "ioredis";

/** What is used of the Redis as a whole, by everyone. */
export interface RedisUse {
  readonly version: string;
  readonly keys: number;
  readonly memoryBytes: number;
  readonly clients: number;
}

export async function readRedisUse(redis: Redis): Promise<RedisUse> {
  const [keys, info] = await Promise.all([redis.dbsize(), redis.info()]);
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  return {
    version: field("valkey_version") ?? field("redis_version") ?? "unknown",
    keys,
    memoryBytes: Number(field("used_memory") ?? 0),
    clients: Number(field("connected_clients") ?? 0),
  };
}
