import type { BulkState, BulkVerb, StoredBulk } from "./bulk-operation.ts";
import type { DeadLetterFilter } from "../dead-letters/dead-letter-filter.ts";

/** A stored operation on dead letters, for those who look. */
export interface BulkView {
  readonly id: string;
  readonly verb: BulkVerb;
  /** A recipient is not told again. */
  readonly filter: DeadLetterFilter;
  readonly state: BulkState;
  /** Dead letters that were meant when it began. */
  readonly total: number;
  /** Queued again, or given up. */
  readonly done: number;
  /** Sent meanwhile: nothing was sent. */
  readonly sent: number;
  /** Left as they were; and why, by reason. */
  readonly refused: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Of a finished one: what was no dead letter any more when its turn came. It was queued again or given up by somebody else, or by a process that ended before it noted so. Absent: none. */
  readonly uncounted?: number;
  /** Dead letters a second at most; absent: as fast as it goes. */
  readonly pace?: number;
  readonly actor?: string;
  readonly reason?: string;
  /** RFC 3339. */
  readonly created: string;
  readonly ended?: string;
  readonly trouble?: string;
}

export function bulkView({ spec, state, progress, ended, trouble }: StoredBulk): BulkView {
  const { id, verb, filter, total, pace, actor, reason, created } = spec;
  const { done, sent, refused: reasons } = progress;
  const refused = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  const uncounted = state === "finished" ? total - done - sent - refused : 0;
  return {
    id,
    verb,
    filter: filter.recipient === undefined ? filter : { ...filter, recipient: "…" },
    state,
    total,
    done,
    sent,
    refused,
    reasons,
    ...(uncounted > 0 ? { uncounted } : {}),
    ...(pace === undefined ? {} : { pace }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
    created: new Date(created).toISOString(),
    ...(ended === undefined ? {} : { ended: new Date(ended).toISOString() }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}
