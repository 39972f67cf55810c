import { isUtf8 } from "node:buffer";
import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import type { Fault, FaultScript } from "./faults.ts";
import { fallSilent, type VendorOptions } from "./vendor.ts";
import type { MessageParts, Verdict } from "./record.ts";
import { sendgridParts } from "./sendgrid-parts.ts";
import { mailSendErrors, sendGridError, type SendGridError, sendgridMaxBytes } from "./sendgrid-rules.ts";

/** What a request comes to, decided before anything is recorded or answered. */
interface Decision {
  readonly verdict: Verdict;
  readonly status: number;
  readonly errors?: readonly SendGridError[];
  readonly fault?: Fault;
}

/**
 * SendGrid's v3 API as far as sending goes: `POST /v3/mail/send`. Any key that begins with `SG.` is right. Everything else is
 * answered in the vendor's error shape, and so is every address that belongs to no other vendor. The life of a request: read → decide
 * → record → answer.
 */
export function sendgridRoutes(app: FastifyInstance, { record, faults, clock, logger }: VendorOptions): void {
  app.post("/v3/mail/send", { bodyLimit: sendgridMaxBytes }, (request, reply) => {
    const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    const body = readBody(bytes, request.headers["content-encoding"]);
    const decision = decide(request, body, { faults, now: clock.now() });
    const messageId = decision.verdict === "rejected" ? undefined : randomBytes(16).toString("base64url");
    const silent = decision.fault?.hang === true || decision.fault?.resetAfterAccept === true;
    record({
      provider: "sendgrid",
      channel: "email",
      verdict: decision.verdict,
      answer: silent ? null : decision.status,
      ...reasonOf(decision),
      ...(messageId === undefined ? {} : { messageId }),
      ...("json" in body ? sendgridParts(body.json) : unreadable(bytes)),
      size: bytes.length,
    });
    if (silent) return fallSilent(request, reply, decision.fault);
    if (messageId !== undefined) reply.header("x-message-id", messageId);
    if (decision.fault) reply.headers(comeBackHeaders(decision.fault, clock.now()));
    return reply.code(decision.status).send(decision.errors === undefined ? undefined : { errors: decision.errors });
  });

  const refuse = (request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply => {
    const size = Number(request.headers["content-length"] ?? 0);
    const reason = `${request.method} ${request.url.slice(0, 200)}: ${message}`;
    record({ provider: "sendgrid", channel: "email", verdict: "rejected", answer: status, reason, ...noParts, size });
    return reply.code(status).send({ errors: [sendGridError(message)] });
  };
  app.setNotFoundHandler((request, reply) =>
    request.url.split("?")[0] === "/v3/mail/send"
      ? refuse(request, reply, 405, "method not allowed")
      : refuse(request, reply, 404, "not found"),
  );
  app.setErrorHandler((error: { statusCode?: number } & Error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status === 413) return refuse(request, reply, 413, "content too large");
    if (status < 500) return refuse(request, reply, status, error.message);
    // Nothing is recorded here: what fails with 500 is the recording itself.
    logger.error({ error: messageOf(error) }, "the mailroom could not record a request and answered 500");
    return reply.code(500).send({ errors: [sendGridError("internal server error")] });
  });
}

const noParts: MessageParts = { from: "", to: [], subject: "", headers: [], attachments: [] };

type Body = { readonly json: unknown } | { readonly status: number; readonly message: string };

function readBody(bytes: Buffer, encoding: string | undefined): Body {
  try {
    const plain = encoding === "gzip" ? gunzipSync(bytes, { maxOutputLength: sendgridMaxBytes }) : bytes;
    return isUtf8(plain) ? { json: JSON.parse(plain.toString()) } : { status: 415, message: "Invalid UTF8 in request" };
  } catch (error) {
    const tooLarge = (error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
    return tooLarge ? { status: 413, message: "content too large" } : { status: 400, message: "Bad Request" };
  }
}

function unreadable(bytes: Buffer): MessageParts {
  return { ...noParts, request: bytes.subarray(0, 2_000).toString() };
}

function decide(request: FastifyRequest, body: Body, { faults, now }: { faults: FaultScript; now: number }): Decision {
  if (!/^Bearer SG\../.test(request.headers.authorization ?? ""))
    return rejected(401, sendGridError("The provided authorization grant is invalid, expired, or revoked"));
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? ""))
    return rejected(415, sendGridError("Content-Type should be application/json."));
  if (!("json" in body)) return rejected(body.status, sendGridError(body.message));
  const errors = mailSendErrors(body.json, now);
  if (errors.length > 0) return rejected(400, ...errors);
  const fault = faults.take("sendgrid");
  if (fault?.status !== undefined)
    return { ...rejected(fault.status, sendGridError(fault.message ?? faultMessages[fault.status] ?? "internal server error")), fault };
  if (fault?.hang) return { verdict: "rejected", status: 0, fault };
  if (isSandboxed(body.json)) return { verdict: "sandbox", status: 200, ...(fault ? { fault } : {}) };
  return { verdict: "accepted", status: 202, ...(fault ? { fault } : {}) };
}

function rejected(status: number, ...errors: SendGridError[]): Decision {
  return { verdict: "rejected", status, errors };
}

const faultMessages: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "The provided authorization grant is invalid, expired, or revoked",
  403: "access forbidden",
  413: "content too large",
  429: "too many requests",
};

/** Called only with what {@link mailSendErrors} found right. */
function isSandboxed(json: unknown): boolean {
  return (json as { mail_settings?: { sandbox_mode?: { enable?: boolean } } }).mail_settings?.sandbox_mode?.enable === true;
}

function reasonOf({ errors, fault }: Decision): { reason?: string } {
  if (fault?.hang) return { reason: "scripted fault: no answer" };
  if (fault?.resetAfterAccept) return { reason: "scripted fault: accepted, the reply is lost" };
  if (errors === undefined) return {};
  const texts = errors.map(({ field, message }) => (field === null ? message : `${field}: ${message}`));
  return { reason: `${fault ? "scripted fault: " : ""}${texts.join(" ")}` };
}

/** `X-RateLimit-*` with 429, as the vendor documents it (it promises no Retry-After there); `Retry-After` with anything else. */
function comeBackHeaders({ status, retryAfter }: Fault, now: number): Record<string, string> {
  const seconds = Math.ceil(milliseconds(retryAfter ?? 0) / 1_000);
  if (status === 429)
    return { "x-ratelimit-limit": "500", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.ceil(now / 1_000) + seconds) };
  return retryAfter === undefined ? {} : { "retry-after": String(seconds) };
}
