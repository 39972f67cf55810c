import type { Redis } from "ioredis";
import { BusbarError, messageOf } from "./errors.ts";
import { maskUrl } from "./redis.ts";
import { judgeRedis, type RedisFacts, type Suitability } from "./redis-suitability.ts";

/**
 * Asks a Redis for its facts and judges them.
 * @throws BusbarError `REDIS_UNREACHABLE` or `REDIS_UNSUITABLE`
 */
export async function checkRedis(redis: Redis, url: string, ready: () => Promise<void>): Promise<Suitability & { facts: RedisFacts }> {
  const asked = ready().then(() => redis.info());
  const info = await asked.catch((error: unknown) => {
    throw new BusbarError("REDIS_UNREACHABLE", unreachable(url, error), { cause: error });
  });
  const config = await redis.config("GET", "append*").then(pairs, () => new Map<string, string>());
  const appendOnly = config.get("appendonly") ?? (info.includes("aof_enabled:1") ? "yes" : undefined);
  const facts: RedisFacts = {
    version: infoField(info, "valkey_version") ?? infoField(info, "redis_version") ?? "unknown",
    evictionPolicy: infoField(info, "maxmemory_policy"),
    appendOnly: appendOnly === undefined ? undefined : appendOnly === "yes",
    appendFsync: config.get("appendfsync"),
  };
  const judged = judgeRedis(facts);
  if (judged.refusals.length === 0) return { ...judged, facts };
  throw new BusbarError("REDIS_UNSUITABLE", `busbar does not start on the Redis at ${maskUrl(url)}:`, { problems: judged.refusals });
}

function unreachable(url: string, error: unknown): string {
  return `No Redis answers at ${maskUrl(url)} (${messageOf(error)}). Start it, or correct REDIS_URL; \`busbar dev\` without REDIS_URL brings a Redis of its own.`;
}

function infoField(info: string, field: string): string | undefined {
  return new RegExp(`^${field}:(.*?)\\r?$`, "m").exec(info)?.[1];
}

function pairs(reply: unknown): Map<string, string> {
  const flat = reply as string[];
  return new Map(flat.flatMap((value, index) => (index % 2 === 0 ? [[value, flat[index + 1] ?? ""] as const] : [])));
}
