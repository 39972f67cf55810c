import { type Duration, milliseconds } from "../base/duration.ts";
import type { Outcome, OutcomeKind } from "../define/outcome.ts";
import { durationProblems } from "../define/policy.ts";

/** What an answer means: the outcome's kind, or the kind with what goes along with it. */
export type OutcomeRow = OutcomeKind | DetailedRow;

export interface DetailedRow {
  readonly kind: OutcomeKind;
  /** `retry`: the wait where the answer asks for none; it burns no attempt. */
  readonly after?: Duration;
  /** `retry`: the wait is for this recipient alone. */
  readonly scope?: "recipient";
  /** `suppress`: only messages of this category. */
  readonly category?: string;
  /** `suppress`: for so long. */
  readonly keep?: Duration;
}

/** Outcomes by what a provider answers: its own error code, or the HTTP status. */
export type OutcomeTable = Readonly<Record<string, OutcomeRow>>;

const kinds: readonly OutcomeKind[] = ["sent", "retry", "reject", "suppress", "pause", "unknown"];

export interface RowAnswer {
  readonly reason: string;
  /** Milliseconds that the answer asks for. */
  readonly asked?: number | undefined;
  readonly messageId?: string | undefined;
}

/** The outcome that a row says, for one answer. Pure. */
export function outcomeOf(row: OutcomeRow, { reason, asked, messageId }: RowAnswer): Outcome {
  const { kind, after, scope, category, keep }: DetailedRow = typeof row === "string" ? { kind: row } : row;
  const wait = asked ?? (after === undefined ? undefined : milliseconds(after));
  switch (kind) {
    case "sent":
      return messageId === undefined ? { kind } : { kind, messageId };
    case "retry":
      return { kind, reason, ...(wait === undefined ? {} : { after: wait }), ...(scope === undefined ? {} : { scope }) };
    case "suppress":
      return {
        kind,
        reason,
        ...(category === undefined ? {} : { category }),
        ...(keep === undefined ? {} : { keep: milliseconds(keep) }),
      };
    default:
      return { kind, reason };
  }
}

export function kindOfRow(row: OutcomeRow): OutcomeKind {
  return typeof row === "string" ? row : row.kind;
}

/** What is wrong with outcomes that a team gives in place of a provider's own, one sentence each. */
export function outcomeTableProblems(table: OutcomeTable, place = "outcomes"): string[] {
  return Object.entries(table).flatMap(([code, row]) => {
    const where = `${place}: ${code}`;
    const { kind, after, keep, scope }: Partial<DetailedRow> = typeof row === "string" ? { kind: row } : (row ?? {});
    if (kind === undefined || !kinds.includes(kind)) return [`${where}: ${JSON.stringify(row)} is none of ${kinds.join(", ")}`];
    return [
      ...durationProblems(`${where}: after`, after),
      ...durationProblems(`${where}: keep`, keep),
      ...(scope === undefined || scope === "recipient" ? [] : [`${where}: scope can only be "recipient"`]),
    ];
  });
}
