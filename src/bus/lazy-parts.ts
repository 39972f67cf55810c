import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { closeRedis, connectRedis, type RedisConnection } from "../base/redis.ts";
import { type Locks, redisLocks } from "../base/redis-locks.ts";
import { redisSmsCounts } from "../channels/redis-sms-counts.ts";
import type { SmsCounts } from "../channels/sms-caps.ts";
import type { CircuitStore } from "../providers/circuit-store.ts";
import { redisCircuits } from "../providers/redis-circuits.ts";
import type { NewerRecord } from "../router/newer-record.ts";
import { redisNewerRecord } from "../router/redis-newer-record.ts";
import type { Ledger } from "../workers/ledger.ts";
import type { Consents } from "../workers/consents.ts";
import { redisConsents } from "../workers/redis-consents.ts";
import { redisLedger } from "../workers/redis-ledger.ts";
import { redisSuppressions } from "../workers/redis-suppressions.ts";
import type { Suppressions } from "../workers/suppressions.ts";
import type { Settings } from "./options.ts";
import { type Queues, queuesOf } from "./queues.ts";
import type { ReconcilerRecord } from "./reconciler-record.ts";
import type { Audit } from "./audit.ts";
import { redisAudit } from "./redis-audit.ts";
import { redisReconcilerRecord } from "./redis-reconciler-record.ts";
import { readRedisUse } from "./redis-info.ts";
import type { RedisUse } from "./redis-use.ts";
import type { ReplayStore } from "./replay/operation.ts";
import { redisReplays } from "./replay/redis-replays.ts";

export interface LazyParts {
  /** The connection that all of these share. */
  readonly redis: () => RedisConnection;
  readonly ledger: () => Ledger;
  readonly suppressions: () => Suppressions;
  readonly consents: () => Consents;
  readonly queues: () => Queues;
  readonly redisUse: () => Promise<RedisUse>;
  readonly replays: () => ReplayStore;
  readonly audit: () => Audit;
  readonly locks: () => Locks;
  readonly reconciler: () => ReconcilerRecord;
  readonly newer: () => NewerRecord;
  readonly circuits: CircuitStore;
  readonly smsCounts: SmsCounts;
  close(): Promise<void>;
}

/** Ledger, suppressions and queues for those who look and repair, connected with the first question. */
export function lazyParts(settings: Settings, { logger, clock }: { readonly logger: Logger; readonly clock: Clock }): LazyParts {
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
    locks: () => redisLocks(parts().redis, `${settings.prefix}:${settings.application}`),
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
