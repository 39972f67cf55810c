import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import { closeRedis, connectRedis } from "../base/redis.ts";
import { redisLocks } from "../base/redis-locks.ts";
import type { Rounds } from "../base/rounds.ts";
import type { Channel } from "../channels/channel.ts";
import type { Catalog } from "../define/catalog.ts";
import type { Observe } from "../define/observation.ts";
import type { DeadLetterAlarm } from "../queues/dead-letter-index.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { redisNewerRecord } from "../router/redis-newer-record.ts";
import { createRouter, type Router } from "../router/router.ts";
import { redisSchedules } from "../router/schedules/redis-schedules.ts";
import type { ScheduleDiff } from "../router/schedules/reconcile-schedules.ts";
import { type Scheduler, startScheduler } from "../router/schedules/scheduler.ts";
import type { RaisedStatus } from "../workers/apply-status.ts";
import { createCompany } from "../workers/company.ts";
import { createCallbackWorker } from "../workers/callback-worker.ts";
import { redisConsents } from "../workers/redis-consents.ts";
import { redisDueReceipts } from "../workers/redis-due-receipts.ts";
import { redisMessageIds } from "../workers/redis-message-ids.ts";
import { trackMessages } from "../workers/track-messages.ts";
import { reportingProviders } from "./reporting-providers.ts";
import { followers, tellRaised } from "../workers/followers.ts";
import { redisLedger } from "../workers/redis-ledger.ts";
import { redisSuppressions } from "../workers/redis-suppressions.ts";
import { withoutMailroom } from "../workers/suppressions.ts";
import { wishOfMessage } from "../workers/wish-of-message.ts";
import type { Vault } from "../vault/vault-port.ts";
import { createWorker, type Worker } from "../workers/worker.ts";
import { createRelay, type Relay } from "../outbox/relay.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { Archive } from "./archive/archive.ts";
import { startArchiveRounds } from "./archive/archive-rounds.ts";
import type { Settings } from "./options.ts";
import { createAppender } from "./append.ts";
import type { Publish } from "./publish.ts";
import { rowPublisher } from "./relay-row.ts";
import { sentSecret } from "./sent-secret.ts";
import { planningOf } from "./planning.ts";
import { startReconciler } from "./reconciler.ts";
import { redisReplays } from "./replay/redis-replays.ts";
import { startReplayRounds } from "./replay/replay-rounds.ts";
import { redisReconcilerRecord } from "./redis-reconciler-record.ts";
import { queuesOf } from "./queues.ts";

/** What a process can do besides publishing. */
export type Role = "router" | "workers" | "relay";

export interface RolesOptions {
  readonly settings: Settings;
  readonly roles: readonly Role[];
  /** False: what is planned goes nowhere. */
  readonly deliver: boolean;
  readonly catalog: Catalog;
  /** Prepared: those that are on. */
  readonly channels: ReadonlyMap<ChannelName, Channel>;
  readonly log: TopicLog;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly observe: Observe;
  /** A provider raised a delivery's status. */
  readonly onRaised: (raised: RaisedStatus) => Promise<void>;
  /** Works on a stored replay, or an operation on dead letters, until it is at its end or the signal aborts. */
  readonly goOn: (id: string, options: { readonly signal: AbortSignal }) => Promise<unknown>;
  /** Tells that a queue has many dead letters. */
  readonly tellMany: DeadLetterAlarm["tell"];
  /** Undefined: there is none. */
  readonly archive: Archive | undefined;
  /** For what is published by the clock; also while the bus is stopping. */
  readonly publish: Publish;
  /** False: this process has nothing to do with schedules. */
  readonly firesSchedules: boolean;
  readonly logger: Logger;
}

export interface RunningRoles {
  stop(): Promise<void>;
  alive(): boolean;
  /** What the start made of the schedules; undefined where it fires none. */
  readonly schedules: ScheduleDiff | undefined;
}

/** What is under way may take so long to finish at a clean stop, milliseconds; while Redis is away, nothing can be finished. */
const stopMs = { redisThere: 15_000, redisAway: 1_000 } as const;

/** Callbacks under way at once in one process: each is a few commands of Redis. They are kept a day, their dead letters 14. */
const callbackPace = { concurrency: 50, keepDeadLetters: 14 * 86_400_000, keepFinished: 86_400_000 } as const;

/** Starts router and workers; what was started before a failure is stopped again. */
export async function startRoles(options: RolesOptions): Promise<RunningRoles> {
  const { settings, roles, deliver, catalog, channels, log, vault, clock, observe, onRaised, goOn, tellMany, logger } = options;
  const redis = connectRedis({ url: settings.redis, use: "command", name: "busbar-ledger", logger });
  const locks = redisLocks(redis, `${settings.prefix}:${settings.application}`);
  const queues = queuesOf(settings, logger, { clock, deliver, tellMany });
  const ledger = redisLedger(redis, settings.prefix);
  let router: Router | undefined;
  let reconciler: Rounds | undefined;
  let relay: Relay | undefined;
  let replaying: Rounds | undefined;
  let archiving: Rounds | undefined;
  let scheduler: Scheduler | undefined;
  const workers: Worker[] = [];
  const closings: (() => void)[] = [];

  // Both at once: what the workers still finish needs no router, and what the router still enqueues needs no worker here.
  const stop = async (): Promise<void> => {
    const deadline = (await log.answers()) ? stopMs.redisThere : stopMs.redisAway;
    const stopped = new AbortController();
    const both = Promise.all([
      ...workers.map((worker) => worker.stop(deadline)),
      router?.stop(deadline),
      reconciler?.stop(),
      relay?.stop(),
      replaying?.stop(),
      archiving?.stop(),
      scheduler?.stop(),
    ]).finally(() => stopped.abort());
    await Promise.race([both, pause(deadline * 2, stopped.signal)]);
    for (const close of closings) close();
    await queues.close();
    await closeRedis(redis);
  };

  try {
    if (roles.includes("workers")) {
      const all = redisSuppressions(redis, { ...settings, clock });
      const suppressions = settings.send.live ? withoutMailroom(all) : all;
      const places = { ...settings, clock };
      const messageIds = redisMessageIds(redis, places);
      const dueReceipts = redisDueReceipts(redis, places);
      const { readers, asked, close } = reportingProviders(settings);
      closings.push(close);
      const track = trackMessages({ messageIds, dueReceipts, callbacks: queues.callbacks, asked, clock });
      const shared = { catalog, ledger, vault, suppressions, queues: queues.of, track, clock, observe, logger, locks, pace: settings.pace };
      const keeping = { keep: settings.keepSent, secret: sentSecret(settings) };
      const company = createCompany();
      for (const [name, channel] of channels)
        workers.push(createWorker({ ...shared, ...keeping, company, channel, queue: queues.of(name), ...settings.channels[name] }));
      if (deliver && readers.size + asked.size > 0) {
        const tellBehind = tellRaised(followers(shared));
        const raised = async (fact: RaisedStatus): Promise<void> => {
          await tellBehind(fact);
          await onRaised(fact);
        };
        const applyConsent = wishOfMessage(ledger, redisConsents(redis, places).apply);
        const reporting = { ...callbackPace, readers, asked, messageIds, dueReceipts, onRaised: raised, applyConsent };
        workers.push(createCallbackWorker({ ...shared, ...reporting, suppressions, queues: queues.of, queue: queues.callbacks }));
      }
      await Promise.all(workers.map((worker) => worker.start()));
    }
    if (roles.includes("router")) {
      const { application, services } = settings;
      const shared = { application, catalog, log, queues, services, locks, pace: settings.pace, clock, observe, logger };
      const planning = planningOf(settings, { deliver, read: vault.read });
      const { archive } = options;
      router = createRouter({
        ...shared,
        planning,
        newer: redisNewerRecord(redis, settings.prefix, application),
        heldSince: archive?.until,
      });
      await router.start();
      const record = redisReconcilerRecord(redis, settings.prefix, application);
      if (deliver) {
        reconciler = startReconciler({ ...shared, planning, ledger, record });
        const store = redisReplays(redis, settings.prefix, application);
        if (archive !== undefined) archiving = startArchiveRounds({ archive, locks, logger });
        replaying = startReplayRounds({ store, work: goOn, every: settings.pace.takeOver, logger });
      }
      if (options.firesSchedules) {
        const store = redisSchedules(redis, settings.prefix, application);
        scheduler = await startScheduler({ ...shared, store, schedules: catalog.schedules, publish: options.publish });
        logger.info({ ...scheduler.diff }, "schedules are in line with the code");
      }
    }
    if (roles.includes("relay") && settings.outbox !== undefined) {
      const { application, publishDeadline } = settings;
      // Without the spool: what the outbox holds is safe where it is.
      const appender = createAppender({ log, deadline: publishDeadline, vault });
      const publish = rowPublisher({ topics: catalog.topics, appender, vault, observe, logger });
      const topics = catalog.topics.map(({ name }) => name);
      relay = createRelay({ ...settings.outbox, application, topics, publish, observe, logger });
      await relay.start();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, alive: () => router?.alive() ?? true, schedules: scheduler?.diff };
}
