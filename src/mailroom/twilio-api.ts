import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import type { Fault, FaultScript } from "./faults.ts";
import type { Verdict } from "./record.ts";
import { twilioMessage, type TwilioMessageResource, twilioParts } from "./twilio-message.ts";
import { isTwilioUser, type TwilioError, twilioError, twilioFaultError, twilioMessageError } from "./twilio-rules.ts";
import { fallSilent, type VendorOptions } from "./vendor.ts";

interface ByAccount {
  readonly Params: { readonly account: string; readonly message: string };
}

/** What a request comes to, decided before anything is recorded or answered. */
interface Decision {
  readonly verdict: Verdict;
  readonly error?: TwilioError;
  readonly fault?: Fault;
}

const mostBytes = 256 * 1024;
/** As many messages can be asked for again. */
const mostKept = 500;

/**
 * Twilio's API 2010-04-01 as far as messages go: `POST …/Messages.json` creates one, `GET …/Messages/{sid}.json` shows it again. Any
 * account or API key with any secret is right. The life of a request: decide → record → answer.
 */
export function twilioRoutes(app: FastifyInstance, { record, faults, clock, logger }: VendorOptions): void {
  const kept = new Map<string, TwilioMessageResource>(); // oldest first

  app.post<ByAccount>("/Accounts/:account/Messages.json", { bodyLimit: mostBytes }, (request, reply) => {
    const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    const form = new URLSearchParams(bytes.toString());
    const decision = decide(request, form, faults);
    const { verdict, error, fault } = decision;
    const sid = `SM${randomBytes(16).toString("hex")}`;
    const silent = fault?.hang === true || fault?.resetAfterAccept === true;
    record({
      provider: "twilio",
      channel: "sms",
      verdict,
      answer: silent ? null : (error?.status ?? 201),
      ...reasonOf(decision),
      ...(verdict === "accepted" ? { messageId: sid } : {}),
      ...twilioParts(form, request.headers["x-busbar-delivery"]),
      size: bytes.length,
    });
    const message = twilioMessage({ sid, account: request.params.account, form, now: clock.now() });
    if (verdict === "accepted") keep(message);
    if (silent) return fallSilent(request, reply, fault);
    if (fault?.retryAfter !== undefined) reply.header("retry-after", String(Math.ceil(milliseconds(fault.retryAfter) / 1_000)));
    return error === undefined ? reply.code(201).send(message) : sendError(reply, error);
  });

  app.get<ByAccount>("/Accounts/:account/Messages/:message.json", (request, reply) => {
    const { account, message } = request.params;
    const found = kept.get(message);
    if (!isTwilioUser(request.headers.authorization)) return refuse(request, reply, twilioError("unauthorized"));
    return found?.["account_sid"] === account ? reply.send(found) : refuse(request, reply, twilioError("notFound"));
  });

  const keep = (message: TwilioMessageResource): void => {
    kept.set(message.sid, message);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
  };

  const refuse = (request: FastifyRequest, reply: FastifyReply, error: TwilioError): FastifyReply => {
    const reason = `${request.method} ${request.url.slice(0, 200)}: ${error.message}`;
    const size = Number(request.headers["content-length"] ?? 0);
    record({
      provider: "twilio",
      channel: "sms",
      verdict: "rejected",
      answer: error.status,
      reason,
      from: "",
      to: [],
      headers: [],
      attachments: [],
      size,
    });
    return sendError(reply, error);
  };
  app.setNotFoundHandler((request, reply) =>
    refuse(request, reply, twilioError(/\/Messages\.json(\?|$)/.test(request.url) ? "noMethod" : "notFound")),
  );
  app.setErrorHandler((error: { statusCode?: number } & Error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status === 413) return refuse(request, reply, twilioError("tooLarge"));
    if (status < 500) return refuse(request, reply, { code: 20_001, message: error.message, status });
    // Nothing is recorded here: what fails with 500 is the recording itself.
    logger.error({ error: messageOf(error) }, "the mailroom could not record a request and answered 500");
    return sendError(reply, twilioError("internal"));
  });
}

function decide(request: FastifyRequest<ByAccount>, form: URLSearchParams, faults: FaultScript): Decision {
  if (!isTwilioUser(request.headers.authorization)) return rejected(twilioError("unauthorized"));
  if (!/^AC[0-9a-fA-F]{32}$/.test(request.params.account)) return rejected(twilioError("notFound"));
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "")) return rejected(twilioError("unreadable"));
  const error = twilioMessageError(form);
  if (error !== undefined) return rejected(error);
  const fault = faults.take("twilio");
  if (fault?.status !== undefined) return { ...rejected(twilioFaultError(fault.status, fault.message)), fault };
  if (fault?.hang) return { verdict: "rejected", fault };
  return { verdict: "accepted", ...(fault ? { fault } : {}) };
}

function rejected(error: TwilioError): Decision {
  return { verdict: "rejected", error };
}

function reasonOf({ error, fault }: Decision): { reason?: string } {
  if (fault?.hang) return { reason: "scripted fault: no answer" };
  if (fault?.resetAfterAccept) return { reason: "scripted fault: accepted, the reply is lost" };
  return error === undefined ? {} : { reason: `${fault ? "scripted fault: " : ""}${error.code} ${error.message}` };
}

function sendError(reply: FastifyReply, { code, message, status }: TwilioError): FastifyReply {
  return reply.code(status).send({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}
