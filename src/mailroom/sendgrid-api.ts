import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { milliseconds } from "../base/duration.ts";
import { judgedAs, type Refusal, unreadable, vendorCounter } from "./counter.ts";
import type { Fault } from "./fault.ts";
import { type JsonBody, readJson } from "./json-body.ts";
import { sendgridParts } from "./sendgrid-parts.ts";
import { mailSendErrors, sendGridError, type SendGridError, sendgridMaxBytes } from "./sendgrid-rules.ts";
import { toldBy } from "./told.ts";
import type { VendorOptions } from "./vendor.ts";

/**
 * SendGrid's v3 API as far as sending goes: `POST /v3/mail/send`. Any key that begins with `SG.` is right. Everything else is
 * answered in the vendor's error shape, and so is every address that belongs to no other vendor.
 */
export function sendgridRoutes(app: FastifyInstance, options: VendorOptions): void {
  const { clock } = options;
  const { take, answerRest } = vendorCounter(
    {
      provider: "sendgrid",
      channel: "email",
      refusal: (status, message) => refusalOf(status, [sendGridError(message)]),
      struck: (fault) => struckBy(fault, clock.now()),
    },
    options,
  );
  app.post("/v3/mail/send", { bodyLimit: sendgridMaxBytes }, (request, reply) => {
    const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    const body = readJson(bytes, { encoding: request.headers["content-encoding"], mostBytes: sendgridMaxBytes });
    const parts = "json" in body ? { ...toldBy(request.headers), ...sendgridParts(body.json) } : unreadable(bytes);
    const refusal = requestRefusal(request, body, clock.now());
    const judged = judgedAs({ channel: "email", parts, refusal }, () => {
      const messageId = randomBytes(16).toString("base64url");
      const sandbox = "json" in body && isSandboxed(body.json);
      return { status: sandbox ? 200 : 202, headers: { "x-message-id": messageId }, messageId, sandbox };
    });
    return take(request, reply, judged);
  });
  answerRest(app, /^\/v3\/mail\/send$/);
}

function requestRefusal({ headers }: FastifyRequest, body: JsonBody, now: number): Refusal | undefined {
  if (!/^Bearer SG\../.test(headers.authorization ?? "")) return refusalOf(401, [sendGridError(faultMessages[401]!)]);
  if (!/^application\/json\b/i.test(headers["content-type"] ?? ""))
    return refusalOf(415, [sendGridError("Content-Type should be application/json.")]);
  if ("problem" in body) {
    const [status, message] = bodyProblems[body.problem];
    return refusalOf(status, [sendGridError(message)]);
  }
  const errors = mailSendErrors(body.json, now);
  return errors.length === 0 ? undefined : refusalOf(400, errors);
}

const bodyProblems = {
  "too large": [413, "content too large"],
  "no UTF-8": [415, "Invalid UTF8 in request"],
  "no JSON": [400, "Bad Request"],
} as const;

function refusalOf(status: number, errors: readonly SendGridError[]): Refusal {
  const texts = errors.map(({ field, message }) => (field === null ? message : `${field}: ${message}`));
  return { status, body: { errors }, reason: texts.join(" ") };
}

const faultMessages: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "The provided authorization grant is invalid, expired, or revoked",
  403: "access forbidden",
  413: "content too large",
  429: "too many requests",
};

function struckBy(fault: Fault, now: number): Refusal {
  const { status = 400, message } = fault;
  const refusal = refusalOf(status, [sendGridError(message ?? faultMessages[status] ?? "internal server error")]);
  return { ...refusal, headers: comeBackHeaders(fault, now) };
}

/** Called only with what {@link mailSendErrors} found right. */
function isSandboxed(json: unknown): boolean {
  return (json as { mail_settings?: { sandbox_mode?: { enable?: boolean } } }).mail_settings?.sandbox_mode?.enable === true;
}

/** `X-RateLimit-*` with 429, as the vendor documents it (it promises no Retry-After there); `Retry-After` with anything else. */
function comeBackHeaders({ status, retryAfter }: Fault, now: number): Record<string, string> {
  const seconds = Math.ceil(milliseconds(retryAfter ?? 0) / 1_000);
  if (status === 429)
    return { "x-ratelimit-limit": "500", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.ceil(now / 1_000) + seconds) };
  return retryAfter === undefined ? {} : { "retry-after": String(seconds) };
}
