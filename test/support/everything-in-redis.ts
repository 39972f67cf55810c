import type { ChainableCommander, Redis } from "ioredis";

/** All that Redis holds in keys that contain a text, a line a key: what a person with access to it could read. */
export async function everythingIn(redis: Redis, part: string): Promise<string> {
  const lines: string[] = [];
  for await (const keys of redis.scanStream({ match: `*${part}*`, count: 1_000 }) as AsyncIterable<string[]>) {
    const types = await answersOf(redis, keys, (pipeline, key) => pipeline.type(key));
    const values = await answersOf(redis, keys, (pipeline, key, index) => valueOf(pipeline, key, types[index] as string));
    for (const [index, key] of keys.entries()) lines.push(`${key} ${JSON.stringify(values[index])}`);
  }
  return lines.join("\n").replaceAll('\\"', '"');
}

async function answersOf(
  redis: Redis,
  keys: readonly string[],
  ask: (pipeline: ChainableCommander, key: string, index: number) => unknown,
): Promise<readonly unknown[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const [index, key] of keys.entries()) ask(pipeline, key, index);
  // What is gone by now, or became something else, answers with an error.
  return (await pipeline.exec())!.map(([, value]) => value);
}

function valueOf(pipeline: ChainableCommander, key: string, type: string): unknown {
  switch (type) {
    case "hash":
      return pipeline.hgetall(key);
    case "list":
      return pipeline.lrange(key, 0, -1);
    case "set":
      return pipeline.smembers(key);
    case "zset":
      return pipeline.zrange(key, "0", "-1");
    case "stream":
      return pipeline.xrange(key, "-", "+");
    default:
      return pipeline.get(key);
  }
}
