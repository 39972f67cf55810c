import type { Outcome, OutcomeKind } from "../define/outcome.ts";
import { reasonText } from "./reason.ts";

/**
 * What each HTTP status of `POST /v3/mail/send` means.
 * Source: SendGrid's OpenAPI document of the v3 mail API and its pages on errors and rate limits.
 */
export const sendgridStatuses: Readonly<Record<number, OutcomeKind>> = {
  200: "sent", // sandbox mode: checked, and deliberately not sent
  202: "sent",
  400: "reject",
  401: "pause",
  403: "pause",
  404: "pause", // a wrong base URL: our configuration, not this message
  405: "pause",
  408: "retry",
  413: "reject",
  415: "reject",
  429: "retry",
  500: "unknown",
  502: "unknown",
  503: "retry",
  504: "unknown",
};

export interface SendgridAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/**
 * The outcome of an answer.
 * @param now milliseconds since 1970, to turn the time of a reset into a wait
 */
export function sendgridOutcome(answer: SendgridAnswer, now: number): Outcome {
  const kind = sendgridStatuses[answer.status] ?? kindOfOthers(answer.status);
  if (kind === "sent") {
    const messageId = answer.headers["x-message-id"];
    return typeof messageId === "string" && messageId !== "" ? { kind, messageId } : { kind };
  }
  const reason = reasonText(answer.status, firstProblem(answer.body));
  const after = kind === "retry" ? askedWait(answer.headers, now) : undefined;
  return kind === "retry" && after !== undefined ? { kind, reason, after } : { kind, reason };
}

function kindOfOthers(status: number): OutcomeKind {
  if (status >= 400 && status < 500) return "reject";
  // A redirect is not followed, for it would carry the key to another host: the base URL is wrong.
  if (status >= 300 && status < 400) return "pause";
  return "unknown";
}

/** No wait is shorter, since it burns no attempt, and none longer, since a date can be wrong. */
const waitLimits = { least: 1_000, most: 3_600_000 } as const;

/** The longer of `X-RateLimit-Reset` (seconds since 1970) and `Retry-After` (seconds, or a date), in milliseconds. */
function askedWait(headers: Readonly<Record<string, unknown>>, now: number): number | undefined {
  const reset = Number(headers["x-ratelimit-reset"] ?? Number.NaN) * 1_000 - now;
  const retryAfter = headers["retry-after"];
  const seconds = Number(retryAfter ?? Number.NaN) * 1_000;
  const until = typeof retryAfter === "string" && Number.isNaN(seconds) ? Date.parse(retryAfter) - now : seconds;
  const waits = [reset, until].filter((wait) => Number.isFinite(wait) && wait >= 0);
  if (waits.length === 0) return undefined;
  return Math.round(Math.min(Math.max(...waits, waitLimits.least), waitLimits.most));
}

/** SendGrid answers `{ errors: [{ message, field }] }`; a gateway before it may answer anything. */
function firstProblem(body: unknown): string {
  const errors = (body as { errors?: unknown } | null | undefined)?.errors;
  const [first] = Array.isArray(errors) ? (errors as { message?: unknown; field?: unknown }[]) : [];
  if (typeof first?.message === "string") return typeof first.field === "string" ? `${first.message} (${first.field})` : first.message;
  return typeof body === "string" ? body.slice(0, 200) : "";
}
