import type { RedisConnection } from "../base/redis.ts";
import type { Clock } from "../base/clock.ts";
import type { MessageIds } from "./message-ids.ts";

const dayMs = 86_400_000;
/** A message is looked for in the bucket of today and of so many days before. */
const daysBefore = 4;
/** Seconds that a bucket is kept after its first id. */
const keepSeconds = ((daysBefore + 1) * dayMs) / 1_000;

export interface RedisMessageIdsOptions {
  readonly prefix: string;
  readonly application: string;
  readonly clock: Clock;
}

/**
 * Providers' own ids of messages, in Redis. `<p>` is the prefix, `<app>` the application, `<day>` days since 1970.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:message-ids:<provider>:<day>` | hash | a provider's id of a message → reference of its delivery |
 */
export function redisMessageIds(redis: RedisConnection, { prefix, application, clock }: RedisMessageIdsOptions): MessageIds {
  const key = (provider: string, day: number): string => `${prefix}:{${application}}:message-ids:${provider}:${day}`;
  const today = (): number => Math.floor(clock.now() / dayMs);

  return {
    async keep({ provider, messageId }, reference) {
      const bucket = key(provider, today());
      await Promise.all([redis.hset(bucket, messageId, reference), redis.expire(bucket, keepSeconds, "NX")]);
    },
    async find({ provider, messageId }) {
      const days = Array.from({ length: daysBefore + 1 }, (_, back) => today() - back);
      const found = await Promise.all(days.map((day) => redis.hget(key(provider, day), messageId)));
      return found.find((reference) => reference !== null) ?? undefined;
    },
  };
}
