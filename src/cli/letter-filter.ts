import type { DeadLetterFilter } from "../bus/dead-letters/dead-letter-filter.ts";
import { type ReasonClass, reasonClasses } from "../queues/dead-letter-index.ts";
import { timeArgument } from "./arguments.ts";
import { UsageError } from "./usage-error.ts";

/** Which dead letters are meant, as it is typed. */
export interface TypedLetterFilter {
  readonly queue?: string;
  readonly subscriber?: string;
  readonly topic?: string;
  readonly reasonClass?: string;
  readonly fingerprint?: string;
  readonly from?: string;
  readonly to?: string;
  readonly recipient?: string;
}

/** @throws UsageError for a time or class that is none */
export function letterFilter(typed: TypedLetterFilter, now = Date.now()): DeadLetterFilter {
  const { queue, subscriber, topic, reasonClass, fingerprint, recipient } = typed;
  if (reasonClass !== undefined && !reasonClasses.includes(reasonClass as ReasonClass))
    throw new UsageError(`--reason-class takes ${reasonClasses.join(", ")}, not ${JSON.stringify(reasonClass)}`);
  return {
    queue,
    subscriber,
    topic,
    reasonClass: reasonClass as ReasonClass | undefined,
    fingerprint,
    recipient,
    from: typed.from === undefined ? undefined : timeArgument("--from", typed.from, now),
    to: typed.to === undefined ? undefined : timeArgument("--to", typed.to, now),
  };
}

/** True where nothing of a filter was typed. */
export function saysNothing(typed: TypedLetterFilter): boolean {
  const { queue, subscriber, topic, reasonClass, fingerprint, recipient, from, to } = typed;
  return [queue, subscriber, topic, reasonClass, fingerprint, recipient, from, to].every((part) => part === undefined);
}
