import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import { checkAddress } from "../define/address.ts";
import { mailroomSecret } from "../providers/webhook-secrets.ts";
import type { Fault } from "./faults.ts";
import type { MessageParts, Verdict } from "./record.ts";
import { fallSilent, type VendorOptions } from "./vendor.ts";
import { webhookFault } from "./webhook-rules.ts";

/** What a request comes to, decided before anything is recorded or answered. */
interface Decision {
  readonly verdict: Verdict;
  readonly status: number;
  readonly message?: string;
  readonly fault?: Fault;
}

const mostBytes = 1024 * 1024;

/**
 * Every receiver of webhooks in one: `POST /webhooks`, with the address that was meant in `x-busbar-address`. It verifies as a
 * receiver of Standard Webhooks should, with the mailroom's own secret. The life of a request: decide → record → answer.
 */
export function webhookRoutes(app: FastifyInstance, { record, faults, clock, logger }: VendorOptions): void {
  app.post("/", { bodyLimit: mostBytes }, (request, reply) => {
    const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    const decision = decide(request, body.toString());
    const { verdict, status, message, fault } = decision;
    const silent = fault?.hang === true || fault?.resetAfterAccept === true;
    record({
      provider: "webhook",
      channel: "webhook",
      verdict,
      answer: silent ? null : status,
      ...reasonOf(decision),
      ...partsOf(request, body.toString()),
      size: body.length,
    });
    if (silent) return fallSilent(request, reply, fault);
    if (fault?.retryAfter !== undefined) reply.header("retry-after", String(Math.ceil(milliseconds(fault.retryAfter) / 1_000)));
    return reply.code(status).send(message === undefined ? undefined : { error: message });
  });

  const decide = (request: FastifyRequest, body: string): Decision => {
    const wrong = webhookFault({ headers: request.headers, body }, mailroomSecret, clock.now());
    if (wrong !== undefined) return { verdict: "rejected", ...wrong };
    const address = checkAddress("webhook", request.headers["x-busbar-address"]);
    if ("problem" in address) return { verdict: "rejected", status: 400, message: `x-busbar-address: ${address.problem}` };
    if (!/^application\/(\S+\+)?json\b/i.test(request.headers["content-type"] ?? ""))
      return { verdict: "rejected", status: 415, message: "content-type must be JSON" };
    if (!isJson(body)) return { verdict: "rejected", status: 400, message: "the body is no JSON" };
    const fault = faults.take("webhook");
    if (fault?.status !== undefined)
      return { verdict: "rejected", status: fault.status, message: fault.message ?? "scripted fault", fault };
    if (fault?.hang) return { verdict: "rejected", status: 0, fault };
    return { verdict: "accepted", status: 204, ...(fault ? { fault } : {}) };
  };

  const refuse = (request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply => {
    const reason = `${request.method} ${request.url.slice(0, 200)}: ${message}`;
    const size = Number(request.headers["content-length"] ?? 0);
    record({
      provider: "webhook",
      channel: "webhook",
      verdict: "rejected",
      answer: status,
      reason,
      from: "",
      to: [],
      headers: [],
      attachments: [],
      size,
    });
    return reply.code(status).send({ error: message });
  };
  app.setNotFoundHandler((request, reply) =>
    /^\/webhooks\/?(\?|$)/.test(request.url) ? refuse(request, reply, 405, "method not allowed") : refuse(request, reply, 404, "not found"),
  );
  app.setErrorHandler((error: { statusCode?: number } & Error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return refuse(request, reply, status, error.message);
    // Nothing is recorded here: what fails with 500 is the recording itself.
    logger.error({ error: messageOf(error) }, "the mailroom could not record a request and answered 500");
    return reply.code(500).send({ error: "internal server error" });
  });
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** The headers that say something of the message, in the order in which they are shown. */
const shownHeaders = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature", "user-agent"] as const;

function partsOf({ headers }: FastifyRequest, text: string): MessageParts {
  const [address, id] = [headers["x-busbar-address"], headers["webhook-id"]];
  return {
    from: headers["user-agent"] ?? "",
    to: typeof address === "string" ? [address] : [],
    text,
    headers: shownHeaders.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]] as const] : [])),
    attachments: [],
    ...(typeof id === "string" ? { deliveryId: id } : {}),
  };
}

function reasonOf({ message, fault }: Decision): { reason?: string } {
  if (fault?.hang) return { reason: "scripted fault: no answer" };
  if (fault?.resetAfterAccept) return { reason: "scripted fault: accepted, the reply is lost" };
  if (fault !== undefined) return { reason: `scripted fault: ${message}` };
  return message === undefined ? {} : { reason: message };
}
