import type { Redis } from "ioredis";
import { mastersOf, type RedisConnection } from "../../base/redis.ts";
import { infoField, leastOf, readRedisFacts } from "../../base/redis-facts.ts";
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

/** Of a Cluster, all masters are looked at: their keys and connections together, and of everything else the worst. */
export async function readServerFacts(redis: RedisConnection, prefix: string): Promise<ServerFacts> {
  const all = await Promise.all((await mastersOf(redis)).map((master) => ofOne(master, prefix)));
  const [first] = all;
  if (first === undefined || all.length === 1) return first!;
  const fullest = all.toSorted((a, b) => share(b) - share(a))[0]!;
  return {
    ...leastOf(all),
    usedMemory: fullest.usedMemory,
    maxMemory: fullest.maxMemory,
    systemMemory: fullest.systemMemory,
    clockAhead: all.map((facts) => facts.clockAhead).toSorted((a, b) => Math.abs(b) - Math.abs(a))[0]!,
    keys: together(all.map((facts) => facts.keys)),
    clients: first.clients,
  };
}

async function ofOne(redis: Redis, prefix: string): Promise<ServerFacts> {
  const { info, ...facts } = await readRedisFacts(redis, (await seen(redis.info())) ?? "");
  const figure = (name: string): number | undefined => (infoField(info, name) === undefined ? undefined : Number(infoField(info, name)));
  return {
    ...facts,
    usedMemory: figure("used_memory"),
    maxMemory: figure("maxmemory"),
    systemMemory: figure("total_system_memory"),
    clockAhead: await clockAhead(redis),
    keys: await seen(keyFacts(redis, prefix)),
    clients: await seen((redis.client("LIST") as Promise<string>).then(namesOf)),
  };
}

function share({ usedMemory = 0, maxMemory = 0 }: ServerFacts): number {
  return maxMemory === 0 ? 0 : usedMemory / maxMemory;
}

function together(all: readonly (KeyFacts | undefined)[]): KeyFacts | undefined {
  const known = all.flatMap((facts) => facts ?? []);
  const counts = new Map<string, number>();
  for (const { beginning, keys } of known.flatMap(({ foreign }) => foreign)) counts.set(beginning, (counts.get(beginning) ?? 0) + keys);
  return {
    looked: known.reduce((sum, { looked }) => sum + looked, 0),
    all: known.reduce((sum, { all: keys }) => sum + keys, 0),
    foreign: sorted(counts),
  };
}

function sorted(counts: ReadonlyMap<string, number>): KeyFacts["foreign"] {
  return [...counts].map(([beginning, keys]) => ({ beginning, keys })).toSorted((a, b) => b.keys - a.keys);
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
  return { looked, all: Math.max(all, looked), foreign: sorted(counts) };
}

function namesOf(list: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, name] of list.matchAll(/ name=(\S*)/g)) counts.set(name!, (counts.get(name!) ?? 0) + 1);
  return counts;
}
