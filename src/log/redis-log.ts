import type { Logger } from "../base/logger.ts";
import { luaScript } from "../base/lua.ts";
import { paces } from "../base/pace.ts";
import { closeRedis, connectRedis, type RedisConnection } from "../base/redis.ts";
import { checkRedis } from "../base/redis-check.ts";
import { replicatedBy, unreplicated } from "../base/redis-replication.ts";
import type { Replication } from "../base/replication.ts";
import { idempotencyWindowMs } from "../define/event.ts";
import { partitionAppender } from "./redis-append.ts";
import { redisControl } from "./redis-control.ts";
import { newestAfter } from "./entry-place.ts";
import { followLogs } from "./redis-follow.ts";
import { highWater } from "./redis-high-water.ts";
import { redisGroups } from "./redis-groups.ts";
import { logKeys } from "./redis-log-keys.ts";
import { logEntry, type Place, redisLookups } from "./redis-lookups.ts";
import { redisSearch } from "./redis-search.ts";
import { searchHashBy } from "./search-hash.ts";
import { decodeRouted, encodeRouted, withoutReasons } from "./routed-record.ts";
import { noteIndexSecret, otherSecretText, sameSecretAdvice } from "./redis-index-secrets.ts";
import { partitionOf } from "./partition.ts";
import type { RoutedRecord, TopicLog } from "./topic-log.ts";

const trimScript = luaScript<[number, string, ...string[]]>(new URL("./trim.lua", import.meta.url), new URL("./ids.lua", import.meta.url));

export interface RedisLogOptions {
  readonly url: string;
  readonly prefix: string;
  readonly logger: Logger;
  /** What search values are hashed with. Default: made from the prefix, so that whoever reads Redis can try values. */
  readonly indexSecret?: string | undefined;
  /** How many partitions a topic gets that is new. Default 1. */
  readonly partitions?: number;
  /** Milliseconds that a wait for the bell takes at most. Default 5,000. */
  readonly block?: number;
  /** Milliseconds that an append waits for Redis. Default 2,000. */
  readonly deadline?: number;
  /** The replicas that an append waits for. Default: none. */
  readonly replication?: Replication | undefined;
}

/** The connection that waits for the bell of a partition. */
interface Bell {
  readonly redis: RedisConnection;
  /** The last ring that was heard. */
  last: string | undefined;
  /** What was there may not be there any more: everything is to be looked at. */
  lost: boolean;
}

/**
 * The topic log on Redis Streams. It connects with its first use: one connection appends, one works for the groups, and each
 * partition that is listened to has one that waits.
 */
export function redisLog({
  url,
  prefix,
  logger,
  indexSecret,
  partitions: newPartitions = 1,
  block = paces.standard.block,
  deadline,
  replication,
}: RedisLogOptions): TopicLog {
  const keys = logKeys(prefix);
  const writer = connectRedis({ url, use: "publish", name: "busbar-publish", logger, ...(deadline === undefined ? {} : { deadline }) });
  const commands = connectRedis({ url, use: "command", name: "busbar-log", logger });
  const writerReady = readiness(writer, deadline ?? 2_000);
  const replicated = replication === undefined ? unreplicated : replicatedBy(writer, replication);
  const water = highWater(writer);
  const bells = new Map<number, Bell>();
  const appenders = new Map<number, ReturnType<typeof partitionAppender>>();
  const partitionCounts = new Map<string, Promise<number>>();
  let suitability: Awaited<ReturnType<typeof checkRedis>> | undefined;

  const recordPartitions = async (redis: RedisConnection, topic: string): Promise<number> => {
    await redis.hsetnx(keys.topics, topic, newPartitions);
    return Number(await redis.hget(keys.topics, topic));
  };
  const partitionsOf = (topic: string, redis: RedisConnection): Promise<number> => {
    const known = partitionCounts.get(topic) ?? recordPartitions(redis, topic);
    partitionCounts.set(topic, known);
    known.catch(() => partitionCounts.delete(topic));
    return known;
  };
  const placesOf = async (topics: readonly string[]): Promise<Place[]> => {
    const counts = await Promise.all(topics.map(async (topic) => ({ topic, partitions: await partitionsOf(topic, commands) })));
    return counts.flatMap(({ topic, partitions }) => Array.from({ length: partitions }, (_, partition) => ({ topic, partition })));
  };
  const searchHash = searchHashBy({ indexSecret, prefix });
  const appenderOf = (partition: number): ReturnType<typeof partitionAppender> => {
    const known =
      appenders.get(partition) ??
      partitionAppender({ redis: writer, keys, partition, idempotencyWindow: idempotencyWindowMs, replicated, searchHash });
    appenders.set(partition, known);
    return known;
  };
  const bellOf = (partition: number): Bell => {
    const known = bells.get(partition);
    if (known !== undefined) return known;
    // Behind a lost connection may be a Redis that came back with less than it had: the next one begins anew. A Cluster loses one node at a time.
    const bell: Bell = {
      redis: connectRedis({ url, use: "block", name: "busbar-bell", logger, block, reconnects: false }),
      last: undefined,
      lost: false,
    };
    bell.redis.on("end", () => bells.delete(partition));
    bell.redis.on("-node", () => (bell.lost = true));
    bells.set(partition, bell);
    return bell;
  };
  return {
    ...redisGroups(commands, keys),
    ...redisLookups(commands, keys, placesOf),
    ...redisControl(commands, keys),
    ...redisSearch({ redis: commands, keys, placesOf, searchHash }),
    follow: (options) => followLogs({ url, keys, logger, commands, partitionsOf: (topic) => partitionsOf(topic, commands) }, options),

    async check() {
      if (suitability !== undefined) return suitability;
      suitability = await checkRedis(writer, url, writerReady);
      // Nobody waits for it, and a Redis that lets us not is no reason against an event.
      void noteIndexSecret(writer, { keys, searchHash, now: Date.now() }).then(
        (at) => at !== undefined && logger.warn({}, `${otherSecretText(at)} ${sameSecretAdvice}`),
        () => undefined,
      );
      return suitability;
    },
    durability: () =>
      replication === undefined || suitability?.durability === "memory" ? suitability?.durability : suitability && "replicated",
    answers: () =>
      writerReady()
        .then(() => writer.ping())
        .then(
          () => true,
          () => false,
        ),

    async append(entry, signal) {
      await writerReady();
      water.check();
      const partition = partitionOf(entry.partitionKey, await partitionsOf(entry.topic, writer));
      signal?.throwIfAborted();
      return appenderOf(partition)(entry, signal);
    },

    partitions: (topic) => partitionsOf(topic, commands),
    topics: () => commands.hkeys(keys.topics),

    async waitForBell(partition, signal) {
      const bell = bellOf(partition);
      const hangUp = (): void => bell.redis.disconnect();
      signal.addEventListener("abort", hangUp, { once: true });
      try {
        if (bell.last === undefined || bell.lost) {
          bell.lost = false;
          const [newest] = await bell.redis.xrevrange(keys.bell(partition), "+", "-", "COUNT", 1);
          bell.last = newest?.[0] ?? "0-0";
          return "all";
        }
        const reply = await bell.redis.xread("COUNT", 1_000, "BLOCK", block, "STREAMS", keys.bell(partition), bell.last);
        const rings = reply?.[0]?.[1] ?? [];
        bell.last = rings.at(-1)?.[0] ?? bell.last;
        return [...new Set(rings.map(([, fields]) => fields?.[1] ?? ""))];
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      } finally {
        signal.removeEventListener("abort", hangUp);
      }
    },

    async routed(eventId, time, partitions) {
      const records: RoutedRecord[] = [];
      for (let partition = 0; partition < partitions; partition++) {
        const key = keys.routed(partition, eventId, Date.parse(time));
        for await (const page of commands.hscanStream(key, { match: `${eventId} *`, count: 500 })) {
          const flat = page as string[];
          for (let i = 0; i < flat.length; i += 2) records.push(decodeRouted(time, flat[i]!, flat[i + 1]!));
        }
      }
      return records;
    },

    async forgetReasons(eventId, time, partitions) {
      let changed = 0;
      for (let partition = 0; partition < partitions; partition++) {
        const key = keys.routed(partition, eventId, Date.parse(time));
        for await (const page of commands.hscanStream(key, { match: `${eventId} *`, count: 500 })) {
          const flat = page as string[];
          for (let i = 0; i < flat.length; i += 2) {
            const record = decodeRouted(time, flat[i]!, flat[i + 1]!);
            if (record.problem === undefined && record.skipped === undefined) continue;
            changed += 1;
            await commands.hset(key, ...encodeRouted(withoutReasons(record)));
          }
        }
      }
      return changed;
    },

    async latest(topic, partition, count, after) {
      const entries = await commands.xrevrange(keys.log(topic, partition), newestAfter(after, { topic, partition }), "-", "COUNT", count);
      return entries.map(([id, fields]) => logEntry(id, fields));
    },

    async trim(topic, partition, { retain, retainBytes, grace }) {
      const now = Date.now();
      const scriptKeys = [keys.log(topic, partition), keys.groups(topic, partition)];
      const [removed, heldBy, ...abandoned] = await trimScript(commands, scriptKeys, [now - retain, retainBytes, now - grace]);
      return { removed, heldBy: heldBy === "" ? undefined : heldBy, abandoned };
    },

    async close() {
      for (const bell of bells.values()) bell.redis.disconnect();
      await Promise.all([closeRedis(writer), closeRedis(commands)]);
    },
  };
}

/**
 * Waits for a connection that refuses commands while it is away, for the deadline at most: where all Sentinels are away, its own time-outs
 * do not end it. All callers share one wait.
 */
function readiness(redis: RedisConnection, deadline: number): () => Promise<void> {
  let waiting: Promise<void> | undefined;
  let reason = new Error(`no connection to Redis within ${deadline} ms`);
  redis.on("error", (error: Error) => (reason = error));
  const wait = async (): Promise<void> => {
    // Why it failed comes as an event; what connect() rejects with only says that it did.
    if (redis.status === "wait" || redis.status === "end") redis.connect().catch(() => undefined);
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        redis.off("ready", settle);
        redis.off("close", settle);
        if (redis.status === "ready") resolve();
        else reject(reason);
      };
      const timer = setTimeout(settle, deadline);
      redis.on("ready", settle);
      redis.on("close", settle);
    });
  };
  return async () => {
    if (redis.status === "ready") return;
    waiting ??= wait().finally(() => (waiting = undefined));
    await waiting;
  };
}
