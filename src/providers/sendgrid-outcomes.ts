import type { Outcome, OutcomeKind } from "../define/outcome.ts";
import { askedWait } from "./asked-wait.ts";
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
  const after = kind === "retry" ? longerWait(answer.headers, now) : undefined;
  return kind === "retry" && after !== undefined ? { kind, reason, after } : { kind, reason };
}

function kindOfOthers(status: number): OutcomeKind {
  if (status >= 400 && status < 500) return "reject";
  // A redirect is not followed, for it would carry the key to another host: the base URL is wrong.
  if (status >= 300 && status < 400) return "pause";
  return "unknown";
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
