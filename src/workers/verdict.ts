import type { Outcome } from "../define/outcome.ts";
import type { Policy } from "../define/policy.ts";
import type { Verdict } from "../queues/delivery-queue.ts";
import type { Mark } from "./ledger.ts";

/** When all providers have a problem of ours (keys, billing), the delivery waits this long before it looks again: 30 s. */
export const pausedMs = 30_000;

export interface Decision {
  /** What the ledger records. */
  readonly mark: Mark;
  /** What the queue does. */
  readonly verdict: Verdict;
}

export interface Tried {
  /** Which try it was, from 1. */
  readonly attempt: number;
  readonly policy: Policy;
  readonly provider: string;
  /** What the providers before it came to, where it took over. */
  readonly before?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What follows from an outcome. Pure. */
export function decide(outcome: Outcome, { attempt, policy, provider, before, now }: Tried): Decision {
  const said = outcome.kind === "sent" ? `${provider} ${outcome.messageId ?? ""}`.trim() : `${provider}: ${outcome.reason}`;
  const detail = before === undefined ? said : `${said}; before it ${before}`;
  switch (outcome.kind) {
    case "sent":
      return { mark: { kind: "sent", detail }, verdict: { kind: "done", end: "sent" } };
    case "suppress":
      return { mark: { kind: "suppressed", detail }, verdict: { kind: "done", end: "suppressed" } };
    case "reject":
      return { mark: { kind: "dead", detail }, verdict: { kind: "dead", reason: detail } };
    case "pause":
      return { mark: { kind: "free", detail }, verdict: { kind: "again", after: pausedMs } };
    case "retry":
      if (outcome.after !== undefined) return { mark: { kind: "free", detail }, verdict: { kind: "again", after: outcome.after } };
      return tryAgain("free");
    case "unknown":
      if (policy.hold === undefined) return tryAgain("doubtful");
      return { mark: { kind: "held", detail, until: now + policy.hold }, verdict: { kind: "again", after: policy.hold } };
  }

  function tryAgain(kind: "free" | "doubtful"): Decision {
    if (attempt < policy.attempts) return { mark: { kind, detail }, verdict: { kind: "failed", reason: detail } };
    const reason = `${detail} (try ${attempt} of ${policy.attempts})`;
    return { mark: { kind: kind === "doubtful" ? "deadInDoubt" : "dead", detail: reason }, verdict: { kind: "dead", reason } };
  }
}
