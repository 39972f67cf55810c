import type { Redis } from "ioredis";
import type { RedisFacts } from "./redis-suitability.ts";

/**
 * Asks one server, where it has replicas their master, for what it says of itself.
 * @param known its reply to INFO, where that was asked for already
 */
export async function readRedisFacts(redis: Redis, known?: string): Promise<RedisFacts & { readonly info: string }> {
  const info = known ?? (await redis.info());
  const config = await redis.config("GET", "append*").then(pairs, () => new Map<string, string>());
  const appendOnly = config.get("appendonly") ?? (info.includes("aof_enabled:1") ? "yes" : undefined);
  return {
    info,
    version: infoField(info, "valkey_version") ?? infoField(info, "redis_version") ?? "unknown",
    evictionPolicy: infoField(info, "maxmemory_policy"),
    appendOnly: appendOnly === undefined ? undefined : appendOnly === "yes",
    appendFsync: config.get("appendfsync"),
    replicas: replicasIn(info),
  };
}

/** A field of the reply to INFO. */
export function infoField(info: string, field: string): string | undefined {
  return new RegExp(`^${field}:(.*?)\\r?$`, "m").exec(info)?.[1];
}

/** What holds on all of several masters: the least of each. Pure. */
export function leastOf(all: readonly RedisFacts[]): RedisFacts {
  const versions = all.map(({ version }) => version).toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const least = <Value>(of: (facts: RedisFacts) => Value | undefined, good: (value: Value) => boolean): Value | undefined => {
    const values = all.map(of);
    return values.find((value) => value !== undefined && !good(value)) ?? (values.includes(undefined) ? undefined : values[0]);
  };
  const replicas = all.flatMap((facts) => (facts.replicas === undefined ? [] : [facts.replicas]));
  return {
    version: versions[0] ?? "unknown",
    evictionPolicy: least(
      (facts) => facts.evictionPolicy,
      (policy) => policy === "noeviction",
    ),
    appendOnly: least(
      (facts) => facts.appendOnly,
      (on) => on,
    ),
    appendFsync: least(
      (facts) => facts.appendFsync,
      (when) => when === "always",
    ),
    replicas:
      replicas.length < all.length
        ? undefined
        : {
            online: Math.min(...replicas.map(({ online }) => online)),
            coming: Math.min(...replicas.map(({ online, coming }) => online + coming)) - Math.min(...replicas.map(({ online }) => online)),
          },
  };
}

/** The replicas that a master has, and those that still take its data for the first time. */
function replicasIn(info: string): RedisFacts["replicas"] {
  if (infoField(info, "connected_slaves") === undefined) return undefined;
  const states = [...info.matchAll(/^slave\d+:.*?\bstate=(\w+)/gm)].map(([, state]) => state);
  const online = states.filter((state) => state === "online").length;
  return { online, coming: states.length - online };
}

function pairs(reply: unknown): Map<string, string> {
  const flat = reply as string[];
  return new Map(flat.flatMap((value, index) => (index % 2 === 0 ? [[value, flat[index + 1] ?? ""] as const] : [])));
}
