import type { RedisConnection } from "../base/redis.ts";
import type { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { shortHash } from "../base/ids.ts";
import type { CountedPlace, SmsCounts } from "./sms-caps.ts";

/**
 * What was sent by SMS, counted in Redis. `<p>` is the prefix, `<app>` the application. Numbers are hashed.
 *
 * | key | type | what | kept |
 * |---|---|---|---|
 * | `<p>:{<app>}:sms-caps:<hash>` | string | how many went to one number or one country in one stretch of time | for that time |
 *
 * @param connection opened with the first count: most applications have no caps
 */
export function redisSmsCounts(
  connection: () => RedisConnection,
  { prefix, application }: { readonly prefix: string; readonly application: string },
): SmsCounts {
  let made: Promise<RateLimiterRedis> | undefined;
  const load = async (): Promise<RateLimiterRedis> => {
    const limiters = await import("rate-limiter-flexible");
    // What one place may take is said with each take.
    return new limiters.RateLimiterRedis({
      storeClient: connection(),
      keyPrefix: `${prefix}:{${application}}:sms-caps`,
      points: Number.MAX_SAFE_INTEGER,
      duration: 1,
    });
  };
  const limiter = (): Promise<RateLimiterRedis> => {
    made ??= load();
    // What failed once may work the next time.
    made.catch(() => (made = undefined));
    return made;
  };
  const giveBack = async (place: CountedPlace): Promise<void> => {
    await (await limiter()).reward(keyOf(place), 1, { customDuration: place.per / 1_000 });
  };

  return {
    async take(place, max) {
      const counts = await limiter();
      const { consumedPoints }: RateLimiterRes = await counts.consume(keyOf(place), 1, { customDuration: place.per / 1_000 });
      if (consumedPoints <= max) return true;
      await giveBack(place);
      return false;
    },
    giveBack,
  };
}

function keyOf({ scope, name, stretch, per }: CountedPlace): string {
  return shortHash(JSON.stringify([scope, name, stretch, per]));
}
