import { silentLogger } from "../base/logger.ts";
import type { Settings } from "../bus/options.ts";
import { decodeEvent } from "../define/event.ts";
import type { AnyTopic } from "../define/topic.ts";
import { redisLog } from "../log/redis-log.ts";
import { type EventTrial, tryEvent } from "../schema/try-event.ts";
import { readSealed, standInOf } from "../define/sealed.ts";
import { replaceSealed } from "../vault/groups.ts";

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
  readonly settings: Pick<Settings, "redis" | "prefix" | "partitions" | "publishDeadline">;
  /** Of each topic the newest so many. */
  readonly count: number;
}

/** Tries today's schemas on the newest events of a log. It only reads. */
export async function tryOnLog({ topics, settings, count }: LogTrial): Promise<TriedTopic[]> {
  const { redis: url, prefix, partitions, publishDeadline: deadline } = settings;
  const log = redisLog({ url, prefix, partitions, deadline, logger: silentLogger });
  try {
    const tried: TriedTopic[] = [];
    for (const topic of topics) {
      const pages = Array.from({ length: await log.partitions(topic.name) }, (_, partition) => log.latest(topic.name, partition, count));
      const entries = (await Promise.all(pages)).flat();
      const newest = entries.toSorted((a, b) => Number.parseInt(b.id) - Number.parseInt(a.id)).slice(0, count);
      if (newest.length > 0)
        tried.push(
          sumOf(
            topic,
            newest.map(({ id, json }) => trialOf(topic, id, json)),
          ),
        );
    }
    return tried;
  } finally {
    await log.close();
  }
}

type Trial = EventTrial & { readonly id: string };

function trialOf(topic: AnyTopic, entryId: string, json: string): Trial {
  try {
    const event = decodeEvent(json);
    // What is sealed was checked by who sealed it, and is opened by nobody here.
    const data =
      topic.marks === undefined
        ? event.data
        : replaceSealed(event.data, (_path, field) => {
            const { iv, n = "" } = readSealed(field);
            return standInOf(`${iv}${n}`);
          });
    return { id: event.id, ...tryEvent(topic, { ...event, data }) };
  } catch {
    return { id: entryId, version: 0, newer: false, problems: ["the log entry is no event"] };
  }
}

function sumOf({ name }: AnyTopic, trials: readonly Trial[]): TriedTopic {
  return {
    topic: name,
    events: trials.length,
    newer: trials.filter(({ newer }) => newer).length,
    failing: trials.filter(({ problems }) => problems.length > 0).map(({ id, version, problems }) => ({ id, version, problems })),
  };
}
