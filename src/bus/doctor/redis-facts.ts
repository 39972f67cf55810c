import type { Redis } from "ioredis";
import type { RedisFacts } from "../../base/redis-suitability.ts";

/** What the doctor sees of a Redis. Undefined: its host does not let us see it. */
export interface ServerFacts extends RedisFacts {
  /** Bytes. */
  readonly usedMemory: number | undefined;
  /** Bytes; 0: no limit. */
  readonly maxMemory: number | undefined;
  /** Bytes that its machine has. */
  readonly systemMemory: number | undefined;
  /** How far its clock is ahead of ours, milliseconds; what the way there may account for is taken off. */
  readonly clockAhead: number;
  readonly keys: KeyFacts | undefined;
  /** How many connections have each name; busbar names its own. */
  readonly clients: ReadonlyMap<string, number> | undefined;
}

export interface KeyFacts {
  /** Keys that were looked at. */
  readonly looked: number;
  readonly all: number;
  /** Of those: keys that do not begin with our prefix, by what stands before the first `:`, the most first. */
  readonly foreign: readonly { readonly beginning: string; readonly keys: number }[];
}

/** A large Redis is not read as a whole. */
const mostKeys = 20_000;

export async function readServerFacts(redis: Redis, prefix: string): Promise<ServerFacts> {
  const info = (await seen(redis.info())) ?? "";
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  const figure = (name: string): number | undefined => (field(name) === undefined ? undefined : Number(field(name)));
  const config = await seen(redis.config("GET", "append*") as Promise<string[]>);
  const configured = (name: string): string | undefined => (config?.includes(name) ? config[config.indexOf(name) + 1] : undefined);
  const appendOnly = configured("appendonly") ?? (field("aof_enabled") === "1" ? "yes" : undefined);
  return {
    version: field("valkey_version") ?? field("redis_version") ?? "unknown",
    evictionPolicy: field("maxmemory_policy"),
    appendOnly: appendOnly === undefined ? undefined : appendOnly === "yes",
    appendFsync: configured("appendfsync"),
    usedMemory: figure("used_memory"),
    maxMemory: figure("maxmemory"),
    systemMemory: figure("total_system_memory"),
    clockAhead: await clockAhead(redis),
    keys: await seen(keyFacts(redis, prefix)),
    clients: await seen((redis.client("LIST") as Promise<string>).then(namesOf)),
  };
}

/** Undefined where this user may not ask. */
function seen<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  return asked.catch(() => undefined);
}

async function clockAhead(redis: Redis): Promise<number> {
  const before = Date.now();
  const [seconds, micros] = await redis.time();
  const after = Date.now();
  const theirs = Number(seconds) * 1_000 + Number(micros) / 1_000;
  if (theirs < before) return theirs - before;
  return Math.max(0, theirs - after);
}

async function keyFacts(redis: Redis, prefix: string): Promise<KeyFacts> {
  const all = await redis.dbsize();
  const counts = new Map<string, number>();
  let looked = 0;
  for (let cursor = "0"; ;) {
    const [next, keys] = await redis.scan(cursor, "COUNT", 1_000);
    looked += keys.length;
    for (const key of keys) {
      if (key.startsWith(`${prefix}:`)) continue;
      const beginning = key.split(":")[0]!.slice(0, 40);
      counts.set(beginning, (counts.get(beginning) ?? 0) + 1);
    }
    cursor = next;
    if (cursor === "0" || looked >= mostKeys) break;
  }
  const foreign = [...counts].map(([beginning, keys]) => ({ beginning, keys })).toSorted((a, b) => b.keys - a.keys);
  return { looked, all: Math.max(all, looked), foreign };
}

function namesOf(list: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, name] of list.matchAll(/ name=(\S*)/g)) counts.set(name!, (counts.get(name!) ?? 0) + 1);
  return counts;
}
