import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Locks } from "../base/locks.ts";
import { type Rounds, startRounds } from "../base/rounds.ts";
import type { Catalog } from "../define/catalog.ts";
import type { Observe } from "../define/observation.ts";
import type { TopicLog } from "../log/topic-log.ts";

export interface LogKeeperOptions {
  readonly application: string;
  readonly catalog: Catalog;
  readonly log: TopicLog;
  readonly locks: Locks;
  /** Since when entries of a log stay whatever their age, milliseconds since 1970: they are not in the archive yet. Undefined: there is none. */
  readonly heldSince?: ((topic: string, partition: number) => Promise<number>) | undefined;
  /** Milliseconds between two rounds. */
  readonly every: number;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** A group without a reader for so long is abandoned: it does not hold its log any more. */
const graceMs = 7 * 86_400_000;

/** Keeps the logs in shape, one process at a time: retention by age and size, and readers that are gone. */
export function logKeeper({ application, catalog, log, locks, heldSince, every, observe, logger }: LogKeeperOptions): Rounds {
  const tidy = async (): Promise<void> => {
    for (const topic of catalog.topics) {
      for (let partition = 0; partition < (await log.partitions(topic.name)); partition++) {
        const { removed, heldBy, abandoned } = await log.trim(topic.name, partition, {
          retain: heldSince === undefined ? topic.retain : Math.max(topic.retain, Date.now() - (await heldSince(topic.name, partition))),
          retainBytes: topic.retainBytes,
          grace: graceMs,
        });
        if (removed > 0) logger.info({ topic: topic.name, partition, removed }, "retention removed events that everybody had read");
        if (heldBy !== undefined) {
          logger.warn(
            { topic: topic.name, group: heldBy },
            "retention waits for a subscriber that has not read events that are past their time",
          );
          observe("retentionHeld", { topic: topic.name, group: heldBy });
        }
        for (const group of abandoned) {
          logger.warn({ topic: topic.name, group }, "a subscriber has had no reader for 7 days: it does not hold its log any more");
          observe("abandoned", { topic: topic.name, group });
        }
        for (const { identity, topics } of catalog.subscribers) {
          if (topics.includes(topic)) await log.removeIdleReaders({ topic: topic.name, partition, group: `${application}.${identity}` });
        }
      }
    }
  };

  return startRounds({
    name: "log-keeper",
    locks,
    every,
    work: tidy,
    onError: (error) => logger.warn({ error: messageOf(error) }, "retention failed and is tried again"),
  });
}
