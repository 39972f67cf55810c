import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import { pause } from "../base/pause.ts";
import type { Fault, FaultStage } from "./fault.ts";
import type { MailChannel, MailDraft, MailProvider, MessageParts, Verdict } from "./record.ts";
import type { VendorOptions } from "./vendor.ts";

/** What a vendor answers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that refuses, and what the journal says of it. */
export interface Refusal extends Answer {
  readonly reason: string;
}

/** What becomes of one message. */
export interface Settled {
  readonly parts: MessageParts;
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly messageId?: string;
}

/** What the vendor's own rules say of a request, before any fault: it is refused, or it can be accepted. */
export interface Judged {
  readonly channel: MailChannel;
  /** Of the whole request, right or wrong. */
  readonly parts: MessageParts;
  /** What is wrong with it. */
  readonly refusal?: Refusal | undefined;
  /** Called when nothing is wrong. A fault reaches it only when {@link Vendor.struck} leaves it alone, as one of a single message. */
  accept(fault: Fault | undefined): { readonly answer: Answer; readonly messages: readonly Settled[] };
}

/** A request that sends nothing. */
export interface Question {
  /** Which faults are its own. */
  readonly stage: FaultStage;
  answer(): Answer;
}

/** A vendor's way to say no. */
export interface Vendor {
  readonly provider: MailProvider;
  /** The channel of a request that cannot be read. */
  readonly channel: MailChannel;
  /** For what no rule of its own covers: an address or method that it does not know, a body that is too large. */
  refusal(status: number, message: string): Refusal;
  /** For a scripted fault with a status, or a bounce. */
  struck(fault: Fault, channel: MailChannel): Refusal | undefined;
}

/**
 * The counter at which a vendor's requests are taken. The life of a request: judge → strike → record → answer. What is accepted or not
 * is in the journal before the answer goes out, however late that is.
 */
export function vendorCounter(vendor: Vendor, { record, faults, logger, stopping }: VendorOptions) {
  const { provider } = vendor;
  const take = async (request: FastifyRequest, reply: FastifyReply, judged: Judged): Promise<FastifyReply> => {
    const fault = judged.refusal === undefined ? faults.take(provider, { to: judged.parts.to }) : undefined;
    const asked = fault !== undefined && (fault.status !== undefined || fault.bounce === true);
    const struck = asked ? vendor.struck(fault, judged.channel) : undefined;
    const { answer, messages } = outcomeOf(judged, fault, struck);
    const silent = fault?.hang === true || fault?.resetAfterAccept === true;
    for (const { parts, ...rest } of messages) {
      const draft = { provider, channel: judged.channel, answer: silent ? null : answer.status, ...rest, ...parts };
      record({ ...draft, size: messages.length === 1 ? bytesOf(request) : byteLength(parts) } satisfies MailDraft);
    }
    if (fault?.hang) return reply.hijack();
    if (fault?.delay !== undefined) await pause(milliseconds(fault.delay), stopping);
    if (fault?.resetAfterAccept) {
      request.raw.socket.resetAndDestroy();
      return reply.hijack();
    }
    return send(reply, answer, fault);
  };

  /** Answers what sends nothing, with the faults of its stage; only what a fault refuses is recorded. */
  const strike = async (request: FastifyRequest, reply: FastifyReply, { stage, answer }: Question): Promise<FastifyReply> => {
    const fault = faults.take(provider, { to: [], stage });
    const struck = fault?.status === undefined ? undefined : vendor.struck(fault, vendor.channel);
    if (fault?.hang) return reply.hijack();
    if (fault?.delay !== undefined) await pause(milliseconds(fault.delay), stopping);
    if (struck !== undefined) return refuse(request, reply, { ...struck, reason: `scripted fault: ${struck.reason}` }, fault);
    return send(reply, answer(), fault);
  };

  const refuse = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal, fault?: Fault): FastifyReply => {
    const reason = `${request.method} ${request.url.slice(0, 200)}: ${refusal.reason}`;
    const { channel } = vendor;
    record({ provider, channel, verdict: "rejected", answer: refusal.status, reason, ...noParts, size: bytesOf(request) });
    return send(reply, refusal, fault);
  };

  /** Answers what no route takes, and what goes wrong, in the vendor's own shape. */
  const answerRest = (app: FastifyInstance, knows: RegExp): void => {
    app.setNotFoundHandler((request, reply) => {
      const known = knows.test(request.url.split("?")[0]!);
      return refuse(request, reply, known ? vendor.refusal(405, "method not allowed") : vendor.refusal(404, "not found"));
    });
    app.setErrorHandler((error: { statusCode?: number } & Error, request, reply) => {
      const status = error.statusCode ?? 500;
      if (status < 500) return refuse(request, reply, vendor.refusal(status, status === 413 ? "content too large" : error.message));
      // Nothing is recorded here: what fails with 500 is the recording itself.
      logger.error({ error: messageOf(error) }, "the mailroom could not record a request and answered 500");
      return send(reply, vendor.refusal(500, "internal server error"), undefined);
    });
  };

  return { take, refuse, strike, answerRest };
}

export const noParts: MessageParts = { from: "", to: [], headers: [], attachments: [] };

/** A request of which nothing can be told but how its body begins. */
export function unreadable(body: unknown): MessageParts {
  return { ...noParts, ...(body instanceof Buffer ? { request: body.subarray(0, 2_000).toString() } : {}) };
}

/** A request of one message. */
export function judgedAs(
  { channel, parts, refusal }: Pick<Judged, "channel" | "parts" | "refusal">,
  accept: () => Answer & { readonly messageId?: string; readonly sandbox?: boolean },
): Judged {
  return {
    channel,
    parts,
    refusal,
    accept() {
      const { messageId, sandbox, ...answer } = accept();
      const verdict = sandbox === true ? "sandbox" : "accepted";
      return { answer, messages: [{ parts, verdict, ...(messageId === undefined ? {} : { messageId }) }] };
    },
  };
}

/** What the request comes to, faults included. */
function outcomeOf(judged: Judged, fault: Fault | undefined, struck: Refusal | undefined): ReturnType<Judged["accept"]> {
  const { parts } = judged;
  if (fault?.hang) return { answer: { status: 0 }, messages: [{ parts, verdict: "rejected", reason: "scripted fault: no answer" }] };
  const refusal = judged.refusal ?? struck;
  if (refusal !== undefined) {
    const reason = `${struck === undefined ? "" : "scripted fault: "}${refusal.reason}`;
    return { answer: refusal, messages: [{ parts, verdict: "rejected", reason }] };
  }
  const { answer, messages } = judged.accept(fault);
  const said = fault?.resetAfterAccept
    ? "accepted, the reply is lost"
    : fault?.delay === undefined
      ? undefined
      : "accepted, the answer is late";
  return { answer, messages: said === undefined ? messages : messages.map((one) => ({ reason: `scripted fault: ${said}`, ...one })) };
}

function send(reply: FastifyReply, { status, body, headers }: Answer, fault: Fault | undefined): FastifyReply {
  if (fault?.retryAfter !== undefined && headers === undefined)
    reply.header("retry-after", String(Math.ceil(milliseconds(fault.retryAfter) / 1_000)));
  return reply
    .code(status)
    .headers(headers ?? {})
    .send(body);
}

function bytesOf({ body, headers }: FastifyRequest): number {
  return body instanceof Buffer ? body.length : Number(headers["content-length"] ?? 0);
}

function byteLength(parts: MessageParts): number {
  return Buffer.byteLength(JSON.stringify(parts.request ?? parts));
}
