import type { StatusNotice } from "../define/notice.ts";
import { type DeliveryStatus, deliveryStatuses } from "../define/status.ts";
import { kindOfRow, outcomeOf, type OutcomeRow, type OutcomeTable, outcomeTableProblems } from "./outcome-table.ts";

/** What a provider's word about a message means: the status, or the status with what follows from it. */
export type StatusRow = DeliveryStatus | DetailedStatus | "nothing";

export interface DetailedStatus {
  readonly status: DeliveryStatus;
  /** For the address or the message: one of `retry`, `reject`, `suppress` and `pause`. */
  readonly outcome?: OutcomeRow;
}

/** Statuses by what a provider calls back with: its own word or error code. `nothing`: it says nothing about the message. */
export type StatusTable = Readonly<Record<string, StatusRow>>;

type Told = Pick<StatusNotice, "status" | "reason" | "outcome">;

const followers = new Set(["retry", "reject", "suppress", "pause"]);

/** The part of a notice that a row says; undefined: there is nothing to say. Pure. */
export function toldBy(row: StatusRow | undefined, reason: string): Told | undefined {
  if (row === undefined || row === "nothing") return undefined;
  const { status, outcome }: DetailedStatus = typeof row === "string" ? { status: row } : row;
  const follows = outcome === undefined ? undefined : outcomeOf(outcome, { reason });
  return {
    status,
    ...(reason === "" ? {} : { reason }),
    ...(follows === undefined || follows.kind === "sent" || follows.kind === "unknown" ? {} : { outcome: follows }),
  };
}

/**
 * How a message ended that was accepted first, by the codes that also refuse messages: an address that is dead is `bounced`, everything
 * else `failed`. Pure.
 */
export function statusesOf(outcomes: OutcomeTable): StatusTable {
  const rows = Object.entries(outcomes).filter(([, outcome]) => followers.has(kindOfRow(outcome)));
  return Object.fromEntries(
    rows.map(([code, outcome]) => [code, { status: kindOfRow(outcome) === "suppress" ? "bounced" : "failed", outcome }]),
  );
}

/** What is wrong with statuses that a team gives in place of a provider's own, one sentence each. */
export function statusTableProblems(table: StatusTable, place = "statuses"): string[] {
  return Object.entries(table).flatMap(([word, row]) => {
    if (row === "nothing") return [];
    const { status, outcome }: Partial<DetailedStatus> = typeof row === "string" ? { status: row } : (row ?? {});
    if (status === undefined || !deliveryStatuses.includes(status))
      return [`${place}: ${word}: ${JSON.stringify(row)} is none of ${deliveryStatuses.join(", ")} and nothing`];
    if (outcome === undefined) return [];
    if (!followers.has(kindOfRow(outcome)))
      return [`${place}: ${word}: outcome ${JSON.stringify(outcome)} is none of ${[...followers].join(", ")}`];
    return outcomeTableProblems({ [word]: outcome }, place);
  });
}
