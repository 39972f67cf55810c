import { BusbarError } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { closeRedis, connectRedis, maskUrl } from "../base/redis.ts";
import { checkRedis } from "../base/redis-check.ts";
import type { Durability, RedisFacts } from "../base/redis-suitability.ts";

/** What to do where Redis keeps less than is asked for. */
const fixes: Readonly<Record<Durability, string>> = {
  fsync: "run redis-cli CONFIG SET appendonly yes and CONFIG SET appendfsync always (and set both in redis.conf), or ask for memory",
  memory: "run redis-cli CONFIG SET appendonly yes (and set it in redis.conf)",
};

/** Whether what Redis gives is at least what is asked for; undefined where its host does not let that be seen. Pure. */
export function keepsAtLeast(
  { appendOnly, appendFsync }: Pick<RedisFacts, "appendOnly" | "appendFsync">,
  declared: Durability,
): boolean | undefined {
  if (appendOnly !== true) return appendOnly;
  if (declared === "memory") return true;
  return appendFsync === undefined ? undefined : appendFsync === "always";
}

/**
 * Asks Redis whether an acknowledged publish survives what the operator declares, and gives a sentence where that cannot be seen.
 * @throws BusbarError `REDIS_UNSUITABLE` when it does not; `REDIS_UNREACHABLE`
 */
export async function checkDurability(url: string, declared: Durability): Promise<string | undefined> {
  const redis = connectRedis({ url, use: "publish", name: "busbar-check", logger: silentLogger, deadline: 5_000 });
  try {
    const { facts } = await checkRedis(redis, url, () => redis.connect());
    const kept = keepsAtLeast(facts, declared);
    if (kept === true) return undefined;
    if (kept === undefined) return `DURABILITY=${declared} is asked for, and whether Redis keeps it cannot be seen: ask its host.`;
  } finally {
    await closeRedis(redis);
  }
  throw new BusbarError(
    "REDIS_UNSUITABLE",
    `DURABILITY=${declared} is asked for, and the Redis at ${maskUrl(url)} keeps less: ${fixes[declared]}.`,
  );
}
