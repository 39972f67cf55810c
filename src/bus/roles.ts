import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import { closeRedis, connectRedis } from "../base/redis.ts";
import { redisLocks } from "../base/redis-locks.ts";
import type { Channel } from "../channels/channel.ts";
import type { Catalog } from "../define/catalog.ts";
import type { Observe } from "../define/observation.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { createRouter, type Router } from "../router/router.ts";
import { redisLedger } from "../workers/redis-ledger.ts";
import { createWorker, type Worker } from "../workers/worker.ts";
import type { Settings } from "./options.ts";
import { queuesOf } from "./queues.ts";

/** What a process can do besides publishing. */
export type Role = "router" | "workers";

export interface RolesOptions {
  readonly settings: Settings;
  readonly roles: readonly Role[];
  readonly catalog: Catalog;
  /** Prepared; undefined where the channel is switched off. */
  readonly email: Channel | undefined;
  readonly log: TopicLog;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
}

export interface RunningRoles {
  stop(): Promise<void>;
  alive(): boolean;
}

/** What is under way may take so long to finish at a clean stop, milliseconds; while Redis is away, nothing can be finished. */
const stopMs = { redisThere: 15_000, redisAway: 1_000 } as const;

/** Starts router and workers; what was started before a failure is stopped again. */
export async function startRoles(options: RolesOptions): Promise<RunningRoles> {
  const { settings, roles, catalog, email, log, clock, observe, logger } = options;
  const redis = connectRedis({ url: settings.redis, use: "command", name: "busbar-ledger", logger });
  const locks = redisLocks(redis, `${settings.prefix}:${settings.application}`);
  const queues = queuesOf(settings, logger);
  let router: Router | undefined;
  let worker: Worker | undefined;

  // Both at once: what the workers still finish needs no router, and what the router still enqueues needs no worker here.
  const stop = async (): Promise<void> => {
    const deadline = (await log.answers()) ? stopMs.redisThere : stopMs.redisAway;
    const stopped = new AbortController();
    const both = Promise.all([worker?.stop(deadline), router?.stop(deadline)]).finally(() => stopped.abort());
    await Promise.race([both, pause(deadline * 2, stopped.signal)]);
    await queues.close();
    await closeRedis(redis);
  };

  try {
    if (roles.includes("workers") && email !== undefined && settings.email !== undefined) {
      const { concurrency, rateLimit, keepDeadLetters, timeout } = settings.email;
      const ledger = redisLedger(redis, settings.prefix);
      worker = createWorker({
        catalog,
        channel: email,
        ledger,
        clock,
        observe,
        logger,
        locks,
        queue: queues.of("email"),
        concurrency,
        rateLimit,
        keepDeadLetters,
        timeout,
      });
      await worker.start();
    }
    if (roles.includes("router")) {
      const planning = {
        application: settings.application,
        channels: { email: { ...settings.email?.options, enabled: settings.email?.enabled ?? false } },
      };
      router = createRouter({
        application: settings.application,
        catalog,
        log,
        queueOf: queues.of,
        routing: queues.routing,
        planning,
        locks,
        clock,
        observe,
        logger,
      });
      await router.start();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, alive: () => router?.alive() ?? true };
}
