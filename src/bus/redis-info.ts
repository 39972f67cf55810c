import { mastersOf, type RedisConnection } from "../base/redis.ts";
import { infoField } from "../base/redis-facts.ts";
import type { RedisUse } from "./redis-use.ts";

/** What is used of a Redis; of a Cluster, of all its masters. */
export async function readRedisUse(redis: RedisConnection): Promise<RedisUse> {
  const masters = await mastersOf(redis);
  const [keys, infos] = await Promise.all([
    Promise.all(masters.map((master) => master.dbsize())),
    Promise.all(masters.map((master) => master.info())),
  ]);
  const total = (name: string): number => sum(infos.map((info) => Number(infoField(info, name) ?? 0)));
  const [first = ""] = infos;
  return {
    version: infoField(first, "valkey_version") ?? infoField(first, "redis_version") ?? "unknown",
    keys: sum(keys),
    memoryBytes: total("used_memory"),
    clients: total("connected_clients"),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
