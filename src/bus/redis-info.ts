import type { Redis } from "ioredis";
import type { RedisUse } from "./redis-use.ts";

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
