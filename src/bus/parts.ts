import type { Locks } from "../base/locks.ts";
import type { SmsCounts } from "../channels/sms-caps.ts";
import type { CircuitStore } from "../providers/circuit-store.ts";
import type { NewerRecord } from "../router/newer-record.ts";
import type { ScheduleStore } from "../router/schedules/schedule-record.ts";
import type { Consents } from "../workers/consents.ts";
import type { Ledger } from "../workers/ledger.ts";
import type { Suppressions } from "../workers/suppressions.ts";
import type { Audit } from "./audit.ts";
import type { BulkStore } from "./bulk/bulk-operation.ts";
import type { Queues } from "./queues.ts";
import type { ReconcilerRecord } from "./reconciler-record.ts";
import type { RedisUse } from "./redis-use.ts";
import type { ReplayStore } from "./replay/operation.ts";

/** What those work with who look and repair. It names no client of Redis, because the types of the package's users do not. */
export interface LazyParts {
  readonly ledger: () => Ledger;
  readonly suppressions: () => Suppressions;
  readonly consents: () => Consents;
  readonly queues: () => Queues;
  readonly redisUse: () => Promise<RedisUse>;
  readonly replays: () => ReplayStore;
  readonly bulk: () => BulkStore;
  readonly audit: () => Audit;
  readonly locks: () => Locks;
  readonly reconciler: () => ReconcilerRecord;
  readonly newer: () => NewerRecord;
  readonly schedules: () => ScheduleStore;
  readonly circuits: CircuitStore;
  readonly smsCounts: SmsCounts;
  close(): Promise<void>;
}
