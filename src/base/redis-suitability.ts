/**
 * What survives which fault: `replicated` survives the loss of the master, where a replica that confirmed it takes over; `fsync` survives a
 * power cut; `memory` can lose the last second or two in one.
 */
export type Durability = "memory" | "fsync" | "replicated";

/** What a Redis says of itself. Undefined: its host does not let us see it. */
export interface RedisFacts {
  readonly version: string;
  readonly evictionPolicy: string | undefined;
  readonly appendOnly: boolean | undefined;
  readonly appendFsync: string | undefined;
  /** Of its replicas, those that have its data, and those that still take them for the first time; of a Cluster, the least that a master has. */
  readonly replicas: { readonly online: number; readonly coming: number } | undefined;
}

export interface Suitability {
  /** Why busbar does not start on it, one sentence each with its fix. */
  readonly refusals: readonly string[];
  /** What its owner should know, one sentence each with its fix. */
  readonly warnings: readonly string[];
  /** What an acknowledged publish survives on this master alone; undefined where it cannot be seen. */
  readonly durability: Exclude<Durability, "replicated"> | undefined;
}

/** Judges whether queued work is safe on a Redis. Pure. */
export function judgeRedis({ version, evictionPolicy, appendOnly, appendFsync }: Omit<RedisFacts, "replicas">): Suitability {
  const refusals: string[] = [];
  const warnings: string[] = [];
  if (!(Number.parseInt(version, 10) >= 7))
    refusals.push(`It is version ${version}; busbar needs Redis or Valkey 7.0 or newer. Upgrade it.`);
  if (evictionPolicy === undefined) warnings.push("Its eviction policy cannot be seen. Make sure that it is noeviction.");
  else if (evictionPolicy !== "noeviction") {
    refusals.push(
      `Its maxmemory-policy is ${evictionPolicy}, which silently deletes queued work when memory runs out. Run: redis-cli CONFIG SET maxmemory-policy noeviction (and set it in redis.conf).`,
    );
  }
  if (appendOnly === undefined) warnings.push("Its persistence cannot be seen. Make sure that the append-only file is on.");
  else if (!appendOnly)
    warnings.push(
      "It keeps no append-only file: a restart loses events. Run: redis-cli CONFIG SET appendonly yes (and set it in redis.conf).",
    );
  const durability = appendOnly === undefined ? undefined : appendOnly && appendFsync === "always" ? "fsync" : "memory";
  return { refusals, warnings, durability };
}
