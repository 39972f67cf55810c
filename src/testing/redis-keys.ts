import { silentLogger } from "../base/logger.ts";
import { closeRedis, connectRedis, mastersOf } from "../base/redis.ts";

/**
 * Removes every key of a prefix, and looks again.
 * @returns the keys that are there all the same: something still writes them
 */
export async function removeKeys(url: string, prefix: string): Promise<readonly string[]> {
  const redis = connectRedis({ url, use: "command", name: "busbar-test-keys", logger: silentLogger });
  const keys = async (each: (page: string[]) => Promise<unknown> | void): Promise<void> => {
    for (const master of await mastersOf(redis))
      for await (const page of master.scanStream({ match: `${prefix}:*`, count: 1_000 }) as AsyncIterable<string[]>)
        if (page.length > 0) await each(page);
  };
  try {
    // One key a command: those of a page lie in many slots.
    await keys((page) => Promise.all(page.map((key) => redis.unlink(key))));
    const left: string[] = [];
    await keys((page) => void left.push(...page));
    return left;
  } finally {
    await closeRedis(redis);
  }
}
