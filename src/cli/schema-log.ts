import { silentLogger } from "../base/logger.ts";
import { closeRedis, connectRedis } from "../base/redis.ts";
import type { Settings } from "../bus/options.ts";
import { vaultOf } from "../bus/vault.ts";
import type { BusEvent } from "../define/event.ts";
import type { AnyTopic } from "../define/topic.ts";
import { redisLog } from "../log/redis-log.ts";
import { type EventTrial, tryEvent } from "../schema/try-event.ts";

/** What the newest events of one topic made of its schema. */
export interface TriedTopic {
  readonly topic: string;
  /** So many were looked at. */
  readonly events: number;
  /** Of a version that the code does not know: left alone. */
  readonly newer: number;
  readonly failing: readonly FailingEvent[];
}

export interface FailingEvent {
  readonly id: string;
  readonly version: number;
  /** Where, and what was expected there; never what is there. */
  readonly problems: readonly string[];
}

export interface LogTrial {
  readonly topics: readonly AnyTopic[];
  readonly settings: Pick<Settings, "redis" | "prefix" | "partitions" | "publishDeadline" | "indexSecret" | "keys">;
  /** Of each topic the newest so many. */
  readonly count: number;
}

/** Tries today's schemas on the newest events of a log. It only reads. */
export async function tryOnLog({ topics, settings, count }: LogTrial): Promise<TriedTopic[]> {
  const { redis: url, prefix, partitions, publishDeadline: deadline } = settings;
  const log = redisLog({ url, prefix, partitions, deadline, logger: silentLogger });
  const redis = connectRedis({ url, use: "command", name: "busbar-schema", logger: silentLogger });
  const vault = vaultOf(settings, topics, () => redis);
  try {
    const tried: TriedTopic[] = [];
    for (const topic of topics) {
      const pages = Array.from({ length: await log.partitions(topic.name) }, (_, partition) => log.latest(topic.name, partition, count));
      const entries = (await Promise.all(pages)).flat();
      const newest = entries.toSorted((a, b) => Number.parseInt(b.id) - Number.parseInt(a.id)).slice(0, count);
      const events = await vault.read(newest.map(({ json }) => json));
      const trials = events.map((event, index) => trialOf(topic, newest[index]!.id, event));
      if (trials.length > 0) tried.push(sumOf(topic, trials));
    }
    return tried;
  } finally {
    await log.close();
    await closeRedis(redis);
  }
}

type Trial = EventTrial & { readonly id: string };

function trialOf(topic: AnyTopic, entryId: string, event: BusEvent | Error): Trial {
  if (event instanceof Error)
    return { id: entryId, version: 0, newer: false, problems: ["it is no event, or what is sealed in it cannot be opened here"] };
  // What its subject's key would open is gone, on purpose.
  if (event.erased !== undefined) return { id: event.id, version: event.dataversion ?? 1, newer: false, problems: [] };
  return { id: event.id, ...tryEvent(topic, event) };
}

function sumOf({ name }: AnyTopic, trials: readonly Trial[]): TriedTopic {
  return {
    topic: name,
    events: trials.length,
    newer: trials.filter(({ newer }) => newer).length,
    failing: trials.filter(({ problems }) => problems.length > 0).map(({ id, version, problems }) => ({ id, version, problems })),
  };
}
