import type { Outcome } from "../define/outcome.ts";
import { apiStatuses, rowOfStatus } from "./api-statuses.ts";
import { askedWait } from "./asked-wait.ts";
import { outcomeRow, type Judging } from "./outcome-row.ts";
import { type OutcomeTable, outcomeOf } from "./outcome-table.ts";
import { reasonText } from "./reason.ts";

/**
 * What each HTTP status of `POST /v3/mail/send` means.
 * Source: SendGrid's OpenAPI document of the v3 mail API and its pages on errors and rate limits.
 */
export const sendgridStatuses: OutcomeTable = {
  200: "sent", // sandbox mode: checked, and deliberately not sent
  202: "sent",
  ...apiStatuses,
};

export interface SendgridAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** The outcome of an answer. Pure. */
export function sendgridOutcome({ status, headers, body }: SendgridAnswer, { now, outcomes }: Judging): Outcome {
  const row = outcomeRow([outcomes, sendgridStatuses], [String(status)]) ?? rowOfStatus(status);
  const messageId = headers["x-message-id"];
  return outcomeOf(row, {
    reason: reasonText(status, firstProblem(body)),
    asked: longerWait(headers, now),
    messageId: typeof messageId === "string" && messageId !== "" ? messageId : undefined,
  });
}

/** The longer of `X-RateLimit-Reset` (seconds since 1970) and `Retry-After`, in milliseconds. */
function longerWait(headers: Readonly<Record<string, unknown>>, now: number): number | undefined {
  return askedWait(headers["retry-after"], now, [Number(headers["x-ratelimit-reset"] ?? Number.NaN) * 1_000 - now]);
}

/** SendGrid answers `{ errors: [{ message, field }] }`; a gateway before it may answer anything. */
function firstProblem(body: unknown): string {
  const errors = (body as { errors?: unknown } | null | undefined)?.errors;
  const [first] = Array.isArray(errors) ? (errors as { message?: unknown; field?: unknown }[]) : [];
  if (typeof first?.message === "string") return typeof first.field === "string" ? `${first.message} (${first.field})` : first.message;
  return typeof body === "string" ? body.slice(0, 200) : "";
}
