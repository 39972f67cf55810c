import { maskUrl } from "../base/redis-address.ts";
import type { Replication } from "../base/replication.ts";
import type { Durability, RedisFacts } from "../base/redis-suitability.ts";
import type { Settings } from "./options.ts";

const toDisk = "run redis-cli CONFIG SET appendonly yes and CONFIG SET appendfsync always (and set both in redis.conf)";

/** What to do where Redis keeps less than is asked for. */
const fixes: Readonly<Record<Durability, string>> = {
  replicated: toDisk,
  fsync: `${toDisk}, or ask for memory`,
  memory: "run redis-cli CONFIG SET appendonly yes (and set it in redis.conf)",
};

/** Whether what Redis writes to its disk is at least what is asked for; undefined where its host does not let that be seen. Pure. */
export function keepsAtLeast(
  { appendOnly, appendFsync }: Pick<RedisFacts, "appendOnly" | "appendFsync">,
  declared: Durability,
): boolean | undefined {
  if (appendOnly !== true) return appendOnly;
  if (declared === "memory") return true;
  return appendFsync === undefined ? undefined : appendFsync === "always";
}

/** Why a start is refused on a Redis, or what its owner should know, where a durability is asked for. Pure. */
export function judgeDurability(
  facts: RedisFacts,
  { redis, durability, replication }: Pick<Settings, "redis" | "durability" | "replication">,
): { readonly refusal?: string; readonly warning?: string } {
  if (durability === undefined) return {};
  const asked = `DURABILITY=${durability} is asked for`;
  const kept = keepsAtLeast(facts, durability);
  if (kept === false) return { refusal: `${asked}, and the Redis at ${maskUrl(redis)} keeps less: ${fixes[durability]}.` };
  const few = replication && tooFewReplicas(facts, replication, `${asked}, and the Redis at ${maskUrl(redis)}`);
  if (few !== undefined) return few;
  return kept === undefined ? { warning: `${asked}, and whether Redis keeps it cannot be seen: ask its host.` } : {};
}

function tooFewReplicas(
  { replicas }: RedisFacts,
  { replicas: wanted }: Replication,
  who: string,
): { readonly refusal: string } | { readonly warning: string } | undefined {
  if (replicas === undefined) return { warning: `${who} does not say how many replicas it has: ask its host.` };
  const { online, coming } = replicas;
  if (online >= wanted) return undefined;
  const has = `${who} has ${online} of ${wanted} ${wanted === 1 ? "replica" : "replicas"}`;
  if (online + coming >= wanted) return { warning: `${has}, ${coming} more on the way: until then publishing fails.` };
  return { refusal: `${has}: start one with \`replicaof\` and look for it in INFO replication, or lower REPLICAS, or ask for fsync.` };
}
