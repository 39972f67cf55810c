import type { TimelineEntry, TimelineStepName } from "../workers/ledger.ts";
import { isReported } from "../workers/statuses.ts";
import type { StatusEntry } from "../workers/statuses.ts";
import { isWithheld } from "../workers/suppressed-reason.ts";
import { ageText, clockText, momentText } from "./figures.ts";
import { oneLine } from "./visible.ts";

/** Steps that a worker noted without trying a send of its own. */
const noTries: ReadonlySet<TimelineStepName> = new Set([
  "stale",
  "deferred",
  "expired",
  "redriven",
  "cancelled",
  "discarded",
  "edited",
  "confirmed",
  "returned",
  "turn",
]);

/** What each step says to people; what is not here is called as it is. */
const words: Partial<Record<TimelineStepName, string>> = {
  retry: "failed",
  doubtful: "no answer",
  takeover: "worker died",
  late: "sent late",
  stale: "failed late",
  deferred: "put back",
  turn: "its turn",
  returned: "came back",
};

/**
 * A delivery's time line for people: when (UTC, and how long after the event), which try, what came of it, and the detail; of a
 * send that is the receipt, the provider and its message id. Pure.
 * @param since the event's time, milliseconds since 1970
 */
export function timelineLines(timeline: readonly TimelineEntry[], since: number): string[] {
  let tries = 0;
  return timeline.map(({ step, detail, at }) => {
    // A person gives all tries again.
    if (step === "redriven") tries = 0;
    const tried = !noTries.has(step) && !isWithheld({ step, detail }) && !isReported(detail);
    if (tried) tries += 1;
    const attempt = tried ? `try ${tries}` : "";
    return line({ at, since, attempt, what: words[step] ?? step, detail });
  });
}

/** What a provider reported of a delivery later, in the same columns: when it happened, the status, who said so, its message id, and why. Pure. */
export function statusLines(statuses: readonly StatusEntry[], since: number): string[] {
  return statuses.map(({ status, at, provider, messageId = "", reason = "" }) => {
    const who = `${provider} ${messageId}`.trimEnd();
    return line({ at, since, attempt: "status", what: status, detail: reason === "" ? who : `${who}: ${reason}` });
  });
}

interface Line {
  readonly at: number;
  readonly since: number;
  readonly attempt: string;
  readonly what: string;
  readonly detail: string;
}

function line({ at, since, attempt, what, detail }: Line): string {
  const moment = dayOf(at) === dayOf(since) ? clockText(at) : momentText(at);
  const after = `+${ageText(Math.max(0, at - since))}`;
  return `${moment}  ${after.padEnd(8)}  ${attempt.padEnd(6)}  ${what.padEnd(11)}  ${oneLine(detail)}`.trimEnd();
}

function dayOf(at: number): string {
  return momentText(at).slice(0, 10);
}
