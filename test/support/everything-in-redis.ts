import type { Redis } from "ioredis";

/** All that Redis holds in keys that contain a text, a line a key: what a person with access to it could read. */
export async function everythingIn(redis: Redis, part: string): Promise<string> {
  const lines: string[] = [];
  for await (const keys of redis.scanStream({ match: `*${part}*`, count: 1_000 }) as AsyncIterable<string[]>)
    for (const key of keys) lines.push(`${key} ${JSON.stringify(await valueOf(redis, key))}`);
  return lines.join("\n").replaceAll('\\"', '"');
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "string":
      return redis.get(key);
    case "hash":
      return redis.hgetall(key);
    case "list":
      return redis.lrange(key, 0, -1);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, "0", "-1");
    case "stream":
      return redis.xrange(key, "-", "+");
    default:
      return null;
  }
}
