import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { paces } from "../base/pace.ts";
import { pause } from "../base/pause.ts";
import { closeRedis, connectRedis, type RedisConnection } from "../base/redis.ts";
import type { LogKeys } from "./redis-log-keys.ts";
import { logEntry } from "./redis-lookups.ts";
import type { FollowOptions, LogEntry } from "./topic-log.ts";

export interface FollowedLogs {
  readonly url: string;
  readonly keys: LogKeys;
  readonly logger: Logger;
  /** For the questions that do not wait. */
  readonly commands: RedisConnection;
  readonly partitionsOf: (topic: string) => Promise<number>;
}

/** Entries of one read; the next read waits until they are taken. */
const mostAtOnce = 1_000;
const errorPauseMs = 500;

/** Follows the logs of some topics: one waiting connection for each partition, because the partitions of a Cluster live apart. */
export async function* followLogs(
  { url, keys, logger, commands, partitionsOf }: FollowedLogs,
  { topics, last, signal }: FollowOptions,
): AsyncGenerator<LogEntry> {
  const ending = new AbortController();
  const ended = AbortSignal.any([signal, ending.signal]);
  const ready: LogEntry[][] = [];
  const waiting = new Set<() => void>();
  const change = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const changed = (): Promise<void> => new Promise((resolve) => (ended.aborted ? resolve() : waiting.add(resolve)));
  ended.addEventListener("abort", change);

  const read = async (redis: RedisConnection, logs: readonly string[], ids: string[]): Promise<void> => {
    while (!ended.aborted) {
      try {
        const reply = await redis.xread("COUNT", mostAtOnce, "BLOCK", paces.standard.block, "STREAMS", ...logs, ...ids);
        for (const [log, entries] of reply ?? []) {
          ids[logs.indexOf(log)] = entries.at(-1)![0];
          ready.push(entries.map(([id, fields]) => logEntry(id, fields)));
        }
        change();
        // Whoever is slow to take them is not given more.
        while (ready.length > 0 && !ended.aborted) await changed();
      } catch (error) {
        if (ended.aborted) return;
        logger.debug({ error: messageOf(error) }, "the logs could not be followed and are tried again");
        await pause(errorPauseMs, ended);
      }
    }
  };

  const counts = await Promise.all(topics.map(partitionsOf));
  const connections: RedisConnection[] = [];
  const readers: Promise<void>[] = [];
  try {
    const newest: LogEntry[] = [];
    for (let partition = 0; partition < Math.max(...counts, 0); partition++) {
      const logs = topics.filter((_, index) => counts[index]! > partition).map((topic) => keys.log(topic, partition));
      const pages = await Promise.all(logs.map((log) => commands.xrevrange(log, "+", "-", "COUNT", Math.max(1, last))));
      if (last > 0) newest.push(...pages.flat().map(([id, fields]) => logEntry(id, fields)));
      const redis = connectRedis({ url, use: "block", name: "busbar-follow", logger });
      connections.push(redis);
      ended.addEventListener("abort", () => redis.disconnect());
      readers.push(
        read(
          redis,
          logs,
          pages.map((page) => page[0]?.[0] ?? "0-0"),
        ),
      );
    }
    if (last > 0) yield* newest.toSorted(byAge).slice(-last);
    while (!ended.aborted) {
      const page = ready.shift();
      if (page === undefined) await changed();
      else {
        yield* page;
        if (ready.length === 0) change();
      }
    }
  } finally {
    ending.abort();
    await Promise.all([...readers, ...connections.map(closeRedis)]);
  }
}

function byAge(a: LogEntry, b: LogEntry): number {
  const [[aTime = 0, aOrder = 0], [bTime = 0, bOrder = 0]] = [a.id.split("-").map(Number), b.id.split("-").map(Number)];
  return aTime - bTime || aOrder - bOrder;
}
