import { type Durability, judgeRedis } from "../../base/redis-suitability.ts";
import { type Diagnosis, error, ok, warning } from "./diagnosis.ts";
import type { ServerFacts } from "./redis-facts.ts";

/** Used memory of what there is: from here on it is told. */
const [tight, full] = [0.75, 0.9];
/** Milliseconds that two clocks may differ: tokens, delays and expiries are compared across machines. */
const [skewTold, skewWrong] = [1_000, 30_000];
const mostNamed = 5;

/** What is to be said of the Redis itself. Pure. */
export function serverFindings(facts: ServerFacts, asked: Durability | undefined): Diagnosis[] {
  return [version(facts), eviction(facts), persistence(facts, asked), ...replicas(facts, asked), memory(facts), clock(facts), keys(facts)];
}

function version({ version: name }: ServerFacts): Diagnosis {
  if (name === "unknown") return warning("version", "Its version cannot be seen.", "Make sure that it is Redis or Valkey 7.0 or newer.");
  const about = "version";
  return Number.parseInt(name, 10) >= 7
    ? ok(about, `It is version ${name}.`)
    : error(about, `It is version ${name}, and busbar does not start on it.`, "Upgrade it to Redis or Valkey 7.0 or newer.");
}

function eviction({ evictionPolicy }: ServerFacts): Diagnosis {
  const about = "eviction";
  if (evictionPolicy === undefined)
    return warning(about, "Its eviction policy cannot be seen.", "Make sure on your host's page that it is noeviction.");
  if (evictionPolicy === "noeviction") return ok(about, "It refuses writes rather than delete keys when its memory is full (noeviction).");
  return error(
    about,
    `Its maxmemory-policy is ${evictionPolicy}: when its memory is full it deletes queued work, and busbar does not start on it.`,
    "redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf or on your host's page.",
  );
}

const survives = { fsync: "a power cut", memory: "a crash, and in a power cut all but the last two seconds" } as const;

function persistence(facts: ServerFacts, asked: Durability | undefined): Diagnosis {
  const about = "persistence";
  const { durability } = judgeRedis(facts);
  const want = asked === undefined ? "" : `; DURABILITY=${asked} is asked for`;
  if (durability === undefined) {
    const fix = "Make sure on your host's page that the append-only file is on, with appendfsync always for DURABILITY=fsync.";
    return warning(about, `Its persistence cannot be seen${want}.`, fix);
  }
  if (facts.appendOnly === false) {
    const message = `It keeps no append-only file: a restart loses what was acknowledged${want}.`;
    const fix = "redis-cli CONFIG SET appendonly yes, and the same in redis.conf.";
    return asked === undefined ? warning(about, message, fix) : error(about, message, fix);
  }
  const toDisk = asked === "fsync" || asked === "replicated";
  if (toDisk && facts.appendFsync === undefined)
    return warning(
      about,
      `How often it writes to disk cannot be seen${want}.`,
      "Make sure on your host's page that appendfsync is always.",
    );
  if (toDisk && durability !== "fsync") {
    const message = `An acknowledged publish survives ${survives.memory} (appendfsync ${facts.appendFsync})${want}.`;
    return error(about, message, "redis-cli CONFIG SET appendfsync always, and the same in redis.conf.");
  }
  return ok(about, `An acknowledged publish survives ${survives[durability]} (appendfsync ${facts.appendFsync ?? "unseen"}).`);
}

/** Told only where they are counted on. */
function replicas({ replicas: found }: ServerFacts, asked: Durability | undefined): Diagnosis[] {
  if (asked !== "replicated") return [];
  const [about, want] = ["replicas", "; DURABILITY=replicated is asked for"];
  if (found === undefined) return [warning(about, `Whether it has replicas cannot be seen${want}.`, "Look for them on your host's page.")];
  const { online, coming } = found;
  const fix = "Start one with `replicaof`, and look for it in redis-cli INFO replication.";
  if (online > 0) return [ok(about, `It has ${online} ${online === 1 ? "replica" : "replicas"} with all of its data.`)];
  if (coming > 0) return [warning(about, `Its replicas still take its data for the first time${want}: until then publishing fails.`, fix)];
  return [error(about, `It has no replica${want}: nothing is acknowledged.`, fix)];
}

function memory({ usedMemory, maxMemory, systemMemory }: ServerFacts): Diagnosis {
  const about = "memory";
  const limit = maxMemory === 0 ? systemMemory : maxMemory;
  if (usedMemory === undefined || limit === undefined || limit === 0)
    return warning(about, "Its memory cannot be seen.", "Watch it on your host's page: a full Redis refuses new events.");
  const of = maxMemory === 0 ? "its machine (no maxmemory is set)" : "maxmemory";
  const message = `It uses ${megabytes(usedMemory)} of the ${megabytes(limit)} of ${of}.`;
  const share = usedMemory / limit;
  if (share < tight) return ok(about, message);
  const fix = "Give it more memory, shorten `retain` of large topics, or clean finished deliveries: busbar channels clean <name>.";
  return share < full ? warning(about, message, fix) : error(about, message, fix);
}

function clock({ clockAhead }: ServerFacts): Diagnosis {
  const about = "clock";
  const apart = Math.abs(clockAhead);
  if (apart <= skewTold) return ok(about, "Its clock and this machine's agree.");
  const message = `Its clock is ${(apart / 1_000).toFixed(1)} s ${clockAhead > 0 ? "ahead of" : "behind"} this machine's.`;
  const fix = "Synchronize both clocks (NTP): delays, expiries and leases are compared across machines.";
  return apart > skewWrong ? error(about, message, fix) : warning(about, message, fix);
}

function keys({ keys: seen }: ServerFacts): Diagnosis {
  const about = "keys";
  if (seen === undefined)
    return warning(about, "Which keys it holds cannot be seen.", "Allow SCAN and DBSIZE, or make sure that it is busbar's alone.");
  const foreign = seen.foreign.reduce((sum, each) => sum + each.keys, 0);
  const partly = seen.looked < seen.all ? ` of the first ${seen.looked.toLocaleString("en")}` : "";
  if (foreign === 0) return ok(about, `All keys${partly} begin with this prefix (${seen.all.toLocaleString("en")} keys).`);
  const named = seen.foreign
    .slice(0, mostNamed)
    .map(({ beginning, keys: count }) => `${JSON.stringify(beginning)} ${count.toLocaleString("en")}`);
  const more = seen.foreign.length - named.length;
  return warning(
    about,
    `${foreign.toLocaleString("en")} keys${partly} belong to others: ${named.join(", ")}${more > 0 ? `, and ${more} more beginnings` : ""}.`,
    "Give busbar a Redis of its own: what others store, delete or slow down concerns it too.",
  );
}

function megabytes(bytes: number): string {
  return bytes < 1_073_741_824 ? `${(bytes / 1_048_576).toFixed(1)} MB` : `${(bytes / 1_073_741_824).toFixed(1)} GB`;
}
