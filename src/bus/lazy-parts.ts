import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { closeRedis, connectRedis, type RedisConnection } from "../base/redis.ts";
import { redisLocks } from "../base/redis-locks.ts";
import { redisSmsCounts } from "../channels/redis-sms-counts.ts";
import type { CircuitStore } from "../providers/circuit-store.ts";
import { redisCircuits } from "../providers/redis-circuits.ts";
import { redisNewerRecord } from "../router/redis-newer-record.ts";
import { redisSchedules } from "../router/schedules/redis-schedules.ts";
import { redisConsents } from "../workers/redis-consents.ts";
import { redisLedger } from "../workers/redis-ledger.ts";
import { redisSuppressions } from "../workers/redis-suppressions.ts";
import { redisBulk } from "./bulk/redis-bulk.ts";
import type { Settings } from "./options.ts";
import type { LazyParts } from "./parts.ts";
import { queuesOf } from "./queues.ts";
import { redisAudit } from "./redis-audit.ts";
import { redisReconcilerRecord } from "./redis-reconciler-record.ts";
import { readRedisUse } from "./redis-info.ts";
import { redisReplays } from "./replay/redis-replays.ts";

interface OpenedParts extends LazyParts {
  /** The connection that all of these share. */
  readonly redis: () => RedisConnection;
}

/** Ledger, suppressions and queues for those who look and repair, connected with the first question. */
export function lazyParts(settings: Settings, { logger, clock }: { readonly logger: Logger; readonly clock: Clock }): OpenedParts {
  let opened: ReturnType<typeof open> | undefined;
  const open = () => {
    const redis = connectRedis({ url: settings.redis, use: "command", name: "busbar-inspect", logger });
    return {
      redis,
      ledger: redisLedger(redis, settings.prefix),
      suppressions: redisSuppressions(redis, { ...settings, clock }),
      consents: redisConsents(redis, { ...settings, clock }),
      queues: queuesOf(settings, logger),
    };
  };
  const parts = (): ReturnType<typeof open> => (opened ??= open());
  const circuits = (): CircuitStore => redisCircuits(parts().redis, settings);
  return {
    redis: () => parts().redis,
    ledger: () => parts().ledger,
    suppressions: () => parts().suppressions,
    consents: () => parts().consents,
    queues: () => parts().queues,
    redisUse: () => readRedisUse(parts().redis),
    audit: () => redisAudit(parts().redis, settings.prefix, settings.application),
    reconciler: () => redisReconcilerRecord(parts().redis, settings.prefix, settings.application),
    replays: () => redisReplays(parts().redis, settings.prefix, settings.application),
    bulk: () => redisBulk(parts().redis, settings.prefix, settings.application),
    locks: () => redisLocks(parts().redis, `${settings.prefix}:${settings.application}`),
    schedules: () => redisSchedules(parts().redis, settings.prefix, settings.application),
    newer: () => redisNewerRecord(parts().redis, settings.prefix, settings.application),
    circuits: { read: (name) => circuits().read(name), swap: (...change) => circuits().swap(...change), all: () => circuits().all() },
    smsCounts: redisSmsCounts(() => parts().redis, settings),
    async close() {
      if (opened === undefined) return;
      await opened.queues.close();
      await closeRedis(opened.redis);
    },
  };
}
