import { closeRedis, connectRedis } from "../base/redis.ts";
import type { Logger } from "../base/logger.ts";
import { redisAudit } from "../bus/redis-audit.ts";
import { type KeyControl, keyControl } from "./key-control.ts";
import { type ApiKeys, redisApiKeys } from "./redis-api-keys.ts";
import { type RateLimits, redisRateLimits } from "./redis-rate-limits.ts";

/** Where the API keys of an application are: beside its queues. */
export interface KeyPlace {
  /** The address of Redis. */
  readonly redis: string;
  readonly prefix: string;
  readonly application: string;
}

export interface KeyStore {
  readonly keys: ApiKeys;
  /** What operators do with them. */
  readonly control: KeyControl;
  readonly limits: RateLimits;
  close(): Promise<void>;
}

/** The API keys and their limits, over one connection that begins with its first use. */
export function keyStore({ redis: url, prefix, application }: KeyPlace, logger: Logger): KeyStore {
  const redis = connectRedis({ url, use: "command", name: "busbar-keys", logger });
  const keys = redisApiKeys(redis, { prefix, application });
  return {
    keys,
    control: keyControl({ keys, audit: () => redisAudit(redis, prefix, application) }),
    limits: redisRateLimits(redis, { prefix, application }),
    close: () => closeRedis(redis),
  };
}
