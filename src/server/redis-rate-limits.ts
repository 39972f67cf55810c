import type { RedisConnection } from "../base/redis.ts";
import type { RateLimiterAbstract, RateLimiterRes } from "rate-limiter-flexible";
import type { ApiKey } from "./api-key.ts";

export interface Allowance {
  /** Undefined: the key has no limit. */
  readonly limit?: number;
  /** Requests that are left in this time. */
  readonly remaining: number;
  /** Milliseconds until there are as many again. */
  readonly resetAfter: number;
  readonly allowed: boolean;
}

/** Counts the requests of API keys, over all processes. */
export interface RateLimits {
  take(key: ApiKey): Promise<Allowance | undefined>;
}

/**
 * Rate limits in Redis. While Redis is away, each process counts for itself.
 *
 * | key | type | what | kept |
 * |---|---|---|---|
 * | `<p>:<app>:api-rate:<key>` | string | requests of this key in its present time | for the key's time |
 */
export function redisRateLimits(
  redis: RedisConnection,
  { prefix, application }: { readonly prefix: string; readonly application: string },
): RateLimits {
  const limiters = new Map<string, RateLimiterAbstract>();
  const limiterOf = async (rate: NonNullable<ApiKey["rate"]>): Promise<RateLimiterAbstract> => {
    const name = `${rate.max}/${rate.per}`;
    const known = limiters.get(name);
    if (known !== undefined) return known;
    const { RateLimiterMemory, RateLimiterRedis } = await import("rate-limiter-flexible");
    const shared = { keyPrefix: `${prefix}:${application}:api-rate`, points: rate.max, duration: rate.per / 1_000 };
    const insuranceLimiter = new RateLimiterMemory(shared);
    const limiter = new RateLimiterRedis({ ...shared, storeClient: redis, insuranceLimiter, rejectIfRedisNotReady: true });
    limiters.set(name, limiter);
    return limiter;
  };

  return {
    async take({ id, rate }) {
      if (rate === undefined) return undefined;
      const limiter = await limiterOf(rate);
      const taken = await limiter.consume(id).then(
        (state) => ({ state, allowed: true }),
        // It rejects with the same figures when none is left.
        (state: RateLimiterRes) => ({ state, allowed: false }),
      );
      const { remainingPoints = 0, msBeforeNext = rate.per } = taken.state;
      return { limit: rate.max, remaining: remainingPoints, resetAfter: msBeforeNext, allowed: taken.allowed };
    },
  };
}
