import type { Logger } from "../base/logger.ts";
import { closeRedis, connectRedis } from "../base/redis.ts";
import type { Topics } from "../define/catalog.ts";
import { type BusEvent, decodeEvent } from "../define/event.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { QueueCounts } from "../queues/delivery-queue.ts";
import type { TimelineEntry } from "../workers/ledger.ts";
import { redisLedger } from "../workers/redis-ledger.ts";
import { builtChannels, type Settings } from "./options.ts";
import { queuesOf } from "./queues.ts";

/** What became of it. Reads only; connects with its first question. */
export interface Inspector {
  /** The newest events of all topics, newest first. */
  events(count: number): Promise<readonly BusEvent[]>;
  /** What each subscriber planned for an event, and the time line of each delivery. */
  deliveries(event: { readonly id: string; readonly time: string }): Promise<readonly InspectedRouting[]>;
  queues(): Promise<Readonly<Record<string, QueueCounts>>>;
  /** How many sends followed one that may have been accepted, ever: an upper bound of the duplicates. */
  doubtful(): Promise<number>;
  close(): Promise<void>;
}

export interface InspectedRouting {
  readonly subscriber: string;
  /** Why the event is on the queue `routing`. */
  readonly problem: string | undefined;
  readonly deliveries: readonly {
    readonly id: string;
    readonly route: string;
    readonly channel: string;
    readonly timeline: readonly TimelineEntry[];
  }[];
}

export interface InspectorOptions {
  readonly settings: Settings;
  readonly topics: Topics;
  readonly log: TopicLog;
  readonly logger: Logger;
}

export function inspector({ settings, topics, log, logger }: InspectorOptions): Inspector {
  let opened: ReturnType<typeof open> | undefined;
  const open = () => {
    const redis = connectRedis({ url: settings.redis, use: "command", name: "busbar-inspect", logger });
    return { redis, ledger: redisLedger(redis, settings.prefix), queues: queuesOf(settings, logger) };
  };
  const parts = (): ReturnType<typeof open> => (opened ??= open());
  const names = Object.values(topics).map((topic) => topic.name);
  const mostPartitions = async (): Promise<number> => Math.max(1, ...(await Promise.all(names.map((name) => log.partitions(name)))));

  return {
    async events(count) {
      const pages = names.map(async (name) => {
        const partitions = Array.from({ length: await log.partitions(name) }, (_, partition) => log.latest(name, partition, count));
        return (await Promise.all(partitions)).flat();
      });
      const entries = (await Promise.all(pages)).flat();
      const events = entries.flatMap(({ json }) => readable(json, logger));
      return events.toSorted((a, b) => (a.time < b.time ? 1 : -1)).slice(0, count);
    },

    async deliveries(event) {
      const records = await log.routed(event.id, event.time, await mostPartitions());
      return Promise.all(
        records.map(async ({ subscriber, problem, deliveries }) => ({
          subscriber,
          problem,
          deliveries: await Promise.all(
            deliveries.map(async (delivery) => ({ ...delivery, timeline: await parts().ledger.timeline({ id: delivery.id, event }) })),
          ),
        })),
      );
    },

    async queues() {
      const { queues } = parts();
      const all = [...builtChannels.map((channel) => queues.of(channel)), queues.routing, queues.audiences];
      return Object.fromEntries(await Promise.all(all.map(async (queue) => [queue.name, await queue.counts()] as const)));
    },

    doubtful: () => parts().ledger.doubtful(),

    async close() {
      if (opened === undefined) return;
      await opened.queues.close();
      await closeRedis(opened.redis);
    },
  };
}

function readable(json: string, logger: Logger): BusEvent[] {
  try {
    return [decodeEvent(json)];
  } catch (error) {
    logger.warn({ error: String(error) }, "a log entry is no event");
    return [];
  }
}
