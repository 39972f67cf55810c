import type { RedisConnection } from "../../base/redis.ts";
import { logKeys } from "../../log/redis-log-keys.ts";
import { otherIndexSecret, otherSecretText, sameSecretAdvice } from "../../log/redis-index-secrets.ts";
import { searchHashBy } from "../../log/search-hash.ts";
import type { Settings } from "../options.ts";
import { type Diagnosis, warning } from "./diagnosis.ts";

/** Whether processes hash search values with other secrets; nothing where they do not. */
export async function secretFindings(redis: RedisConnection, settings: Pick<Settings, "prefix" | "indexSecret">): Promise<Diagnosis[]> {
  const at = await otherIndexSecret(redis, { keys: logKeys(settings.prefix), searchHash: searchHashBy(settings), now: Date.now() });
  return at === undefined ? [] : [warning("index secret", otherSecretText(at), sameSecretAdvice)];
}
