import type { RedisConnection } from "../base/redis.ts";
import type { AnyTopic } from "../define/topic.ts";
import { keyRing } from "../vault/key-ring.ts";
import { redisSubjectKeys } from "../vault/redis-subject-keys.ts";
import type { SubjectKeys } from "../vault/subject-keys.ts";
import { createVault, type Vault } from "../vault/vault.ts";
import type { Settings } from "./options.ts";

export interface BusVault extends Vault {
  readonly subjects: SubjectKeys;
}

/** What seals and opens with these settings. Redis is asked with the first subject. */
export function vaultOf(settings: Settings, topics: readonly AnyTopic[], redis: () => RedisConnection): BusVault {
  const { prefix, indexSecret: secret = `busbar ${prefix}` } = settings;
  const ring = keyRing(settings.keys);
  const subjects = redisSubjectKeys({ redis, prefix, ring, secret });
  return { ...createVault({ topics, ring, subjects }), subjects };
}
