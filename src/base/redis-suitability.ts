import type { Redis } from "ioredis";
import { BusbarError, messageOf } from "./errors.ts";
import { maskUrl } from "./redis.ts";

/** What survives which fault: `fsync` survives a power cut, `memory` can lose the last second or two in one. */
export type Durability = "memory" | "fsync";

/** What a Redis says of itself. Undefined: its host does not let us see it. */
export interface RedisFacts {
  readonly version: string;
  readonly evictionPolicy: string | undefined;
  readonly appendOnly: boolean | undefined;
  readonly appendFsync: string | undefined;
}

export interface Suitability {
  /** Why busbar does not start on it, one sentence each with its fix. */
  readonly refusals: readonly string[];
  /** What its owner should know, one sentence each with its fix. */
  readonly warnings: readonly string[];
  /** What an acknowledged publish survives; undefined where it cannot be seen. */
  readonly durability: Durability | undefined;
}

/** Judges whether queued work is safe on a Redis. Pure. */
export function judgeRedis({ version, evictionPolicy, appendOnly, appendFsync }: RedisFacts): Suitability {
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

/**
 * Asks a Redis for its facts and judges them.
 * @throws BusbarError `REDIS_UNREACHABLE` or `REDIS_UNSUITABLE`
 */
export async function checkRedis(redis: Redis, url: string, ready: () => Promise<void>): Promise<Suitability> {
  const asked = ready().then(() => redis.info());
  const info = await asked.catch((error: unknown) => {
    throw new BusbarError("REDIS_UNREACHABLE", unreachable(url, error), { cause: error });
  });
  const config = await redis.config("GET", "append*").then(pairs, () => new Map<string, string>());
  const appendOnly = config.get("appendonly") ?? (info.includes("aof_enabled:1") ? "yes" : undefined);
  const judged = judgeRedis({
    version: infoField(info, "valkey_version") ?? infoField(info, "redis_version") ?? "unknown",
    evictionPolicy: infoField(info, "maxmemory_policy"),
    appendOnly: appendOnly === undefined ? undefined : appendOnly === "yes",
    appendFsync: config.get("appendfsync"),
  });
  if (judged.refusals.length === 0) return judged;
  throw new BusbarError("REDIS_UNSUITABLE", `busbar does not start on the Redis at ${maskUrl(url)}:`, { problems: judged.refusals });
}

function unreachable(url: string, error: unknown): string {
  return `No Redis answers at ${maskUrl(url)} (${messageOf(error)}). Start it, or correct REDIS_URL; \`npm start\` without REDIS_URL brings a Redis of its own.`;
}

function infoField(info: string, field: string): string | undefined {
  return new RegExp(`^${field}:(.*?)\\r?$`, "m").exec(info)?.[1];
}

function pairs(reply: unknown): Map<string, string> {
  const flat = reply as string[];
  return new Map(flat.flatMap((value, index) => (index % 2 === 0 ? [[value, flat[index + 1] ?? ""] as const] : [])));
}
