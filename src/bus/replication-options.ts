import { type Duration, milliseconds } from "../base/duration.ts";
import type { Replication } from "../base/replication.ts";
import type { Durability } from "../base/redis-suitability.ts";
import { unknownOptions } from "../define/names.ts";
import { durationProblems } from "../define/policy.ts";

export interface ReplicationOptions {
  /** Replicas that must confirm. Default 1. */
  readonly replicas?: number;
  /** They are waited for this long, at most as long as `publishDeadline`; then a publish fails with `PUBLISH_FAILED`, or goes to the spool. Default 1 s. */
  readonly timeout?: Duration;
}

const durabilities: readonly Durability[] = ["memory", "fsync", "replicated"];

/** What is wrong with what is asked of Redis. Pure. */
export function durabilityProblems(
  { durability, replication }: { readonly durability?: Durability; readonly replication?: ReplicationOptions },
  publishDeadline: number | undefined,
): string[] {
  const problems =
    durability === undefined || durabilities.includes(durability) ? [] : [`durability: must be one of ${durabilities.join(", ")}`];
  if (replication === undefined) return problems;
  if (typeof replication !== "object" || replication === null)
    return [...problems, `replication: must be { replicas, timeout }, not ${JSON.stringify(replication)}`];
  const { replicas = 1, timeout } = replication;
  problems.push(...unknownOptions(replication, ["replicas", "timeout"]).map((problem) => `replication: ${problem}`));
  if (!Number.isInteger(replicas) || replicas < 1) problems.push(`replication.replicas: must be a whole number from 1, not ${replicas}`);
  const wrong = durationProblems("replication.timeout", timeout);
  if (wrong.length > 0) return [...problems, ...wrong];
  const waited = replicationOf(replication).timeout;
  // Nought would mean for ever.
  if (waited < 1 || waited > (publishDeadline ?? Infinity))
    problems.push(`replication.timeout: must be at least 1 ms and at most publishDeadline, ${publishDeadline} ms, not ${waited} ms`);
  return problems;
}

/** With the defaults: one replica, within a second. */
export function replicationOf({ replicas = 1, timeout = "1s" }: ReplicationOptions = {}): Replication {
  return { replicas, timeout: milliseconds(timeout, "replication.timeout") };
}
