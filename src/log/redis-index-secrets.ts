import type { RedisConnection } from "../base/redis.ts";
import type { LogKeys } from "./redis-log-keys.ts";

/** For so long it is known that a secret was used, ms. */
const keptMs = 7 * 86_400_000;
/** What tells secrets apart is made of this text, as of a search value. */
const mark = "index secret";

/** When other secrets than this process' were used last, ms; undefined: all have the same. */
export async function otherIndexSecret(
  redis: Pick<RedisConnection, "hgetall">,
  { keys, searchHash, now }: IndexSecretOptions,
): Promise<number | undefined> {
  const own = searchHash(mark);
  const others = Object.entries(await redis.hgetall(keys.indexSecrets)).flatMap(([secret, at]) =>
    secret === own || Number(at) < now - keptMs ? [] : [Number(at)],
  );
  return others.length === 0 ? undefined : Math.max(...others);
}

/** The same, and puts down that this process uses its own. */
export async function noteIndexSecret(
  redis: Pick<RedisConnection, "hgetall" | "hset">,
  options: IndexSecretOptions,
): Promise<number | undefined> {
  const { keys, searchHash, now } = options;
  await redis.hset(keys.indexSecrets, searchHash(mark), now);
  return otherIndexSecret(redis, options);
}

/** For people. Pure. */
export const otherSecretText = (at: number): string =>
  `Search values and the subjects of personal data are hashed here with another secret than by a process that connected at ${new Date(at).toISOString()}: neither finds nor erases what the other has published.`;

export const sameSecretAdvice =
  "Give every process the same INDEX_SECRET, and each createBus of your own code indexSecret: process.env.INDEX_SECRET; after a change on purpose this is said for 7 days.";

export interface IndexSecretOptions {
  readonly keys: Pick<LogKeys, "indexSecrets">;
  readonly searchHash: (value: string) => string;
  readonly now: number;
}
