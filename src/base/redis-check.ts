import { BusbarError, messageOf } from "./errors.ts";
import { mastersOf, type RedisConnection } from "./redis.ts";
import { maskUrl } from "./redis-address.ts";
import { leastOf, readRedisFacts } from "./redis-facts.ts";
import { judgeRedis, type RedisFacts, type Suitability } from "./redis-suitability.ts";

/**
 * Asks a Redis for its facts and judges them; of a Cluster, every master.
 * @throws BusbarError `REDIS_UNREACHABLE` or `REDIS_UNSUITABLE`
 */
export async function checkRedis(
  redis: RedisConnection,
  url: string,
  ready: () => Promise<void>,
): Promise<Suitability & { facts: RedisFacts }> {
  const asked = ready()
    .then(() => mastersOf(redis))
    .then((masters) => Promise.all(masters.map((master) => readRedisFacts(master))));
  const facts = leastOf(
    await asked.catch((error: unknown) => {
      throw new BusbarError("REDIS_UNREACHABLE", unreachable(url, error), { cause: error });
    }),
  );
  const judged = judgeRedis(facts);
  if (judged.refusals.length === 0) return { ...judged, facts };
  throw new BusbarError("REDIS_UNSUITABLE", `busbar does not start on the Redis at ${maskUrl(url)}:`, { problems: judged.refusals });
}

function unreachable(url: string, error: unknown): string {
  return `No Redis answers at ${maskUrl(url)} (${messageOf(error)}). Start it, or correct REDIS_URL; \`busbar dev\` without REDIS_URL brings a Redis of its own.`;
}
