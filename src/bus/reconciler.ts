import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Pace } from "../base/pace.ts";
import type { Locks } from "../base/locks.ts";
import { type Rounds, startRounds } from "../base/rounds.ts";
import type { Catalog } from "../define/catalog.ts";
import { knownSendsMs } from "../define/known-sends.ts";
import type { AudienceTask } from "../define/delivery.ts";
import type { Observe } from "../define/observation.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { PlanOptions } from "../router/plan-options.ts";
import { audienceRecord } from "../router/audience-record.ts";
import { reconcilePage, reconcilePageSize } from "../router/reconcile.ts";
import type { Ledger } from "../workers/ledger.ts";
import type { Queues } from "./queues.ts";
import type { ReconcilerRecord } from "./reconciler-record.ts";
import { readStandings } from "./standings.ts";

export interface ReconcilerOptions {
  readonly catalog: Catalog;
  readonly log: TopicLog;
  readonly planning: PlanOptions;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly record: ReconcilerRecord;
  readonly locks: Locks;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

/**
 * Each event is looked at twice, milliseconds after it was published: when everything that comes of it should be in its queues, and again when retries
 * should be over.
 */
export const reconcilerAges = [120_000, 24 * 3_600_000] as const;

/** Accounts for what was planned, one process at a time: what is neither sent nor ended nor in its queue is queued again, and counted. */
export function startReconciler(options: ReconcilerOptions): Rounds {
  const { locks, pace, logger } = options;
  const stopping = new AbortController();
  const rounds = startRounds({
    name: "reconciler",
    locks,
    every: pace.accounts,
    work: async () => void (await reconcile(options, stopping.signal)),
    onError: (error) => logger.warn({ error: messageOf(error) }, "planned deliveries could not be accounted for; it is tried again"),
  });
  return {
    stop() {
      stopping.abort();
      return rounds.stop();
    },
  };
}

/** One round over all logs; it ends after a page when the signal aborts. */
export async function reconcile(options: ReconcilerOptions, signal?: AbortSignal): Promise<{ readonly missing: number }> {
  const { catalog, log, ledger, queues, record, clock } = options;
  const deps = {
    ...options,
    now: () => clock.now(),
    audienceKnown: async (id: string) => (await queues.audiences.find(id)) !== undefined,
    enqueueAudience: (task: AudienceTask, partition: number) => queues.audiences.add([audienceRecord(task, partition)], { verify: true }),
    look: (deliveries: Parameters<typeof readStandings>[1]) => readStandings({ ledger, queues }, deliveries),
    async enqueue(deliveries: Parameters<ReturnType<Queues["of"]>["add"]>[0]) {
      for (const channel of new Set(deliveries.map((delivery) => delivery.channel)))
        await queues.of(channel).add(
          deliveries.filter((delivery) => delivery.channel === channel),
          { verify: true },
        );
    },
  };
  const places = await record.places();
  let missing = 0;
  for (const topic of catalog.topics.map(({ name }) => name)) {
    if (!catalog.subscribers.some(({ topics }) => topics.some(({ name }) => name === topic))) continue;
    for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
      for (const age of reconcilerAges) {
        const name = `${age} ${topic} ${partition}`;
        let after = places.get(name);
        for (;;) {
          if (signal?.aborted === true) return { missing };
          const now = clock.now();
          const page = await reconcilePage(deps, { topic, partition, from: now - knownSendsMs, to: now - age, after });
          if (page.missing > 0) await record.count(page.missing, now);
          missing += page.missing;
          if (page.after === undefined) break;
          after = page.after;
          await record.save(name, after);
          if (page.events < reconcilePageSize) break;
        }
      }
    }
  }
  return { missing };
}
