import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Judged, type Refusal, type Settled, unreadable, vendorCounter } from "./counter.ts";
import { type ExpoError, expoFaultOfMessage, type ExpoPush, expoPushError, expoPushes, expoRefusal, expoStruck } from "./expo-rules.ts";
import type { ExpoReceipts } from "./expo-receipts.ts";
import type { Fault } from "./fault.ts";
import { isJsonType, type JsonBody, readJson } from "./json-body.ts";
import { isRecipient } from "./recipient.ts";
import type { MessageParts } from "./record.ts";
import { toldBy } from "./told.ts";
import type { VendorOptions } from "./vendor.ts";

const mostBytes = 1024 * 1024;
const mostReceipts = 1_000;
const channel = "push";

/**
 * Expo's push API: `POST …/push/send` takes one message or up to 100 and answers with a ticket for each, `POST …/push/getReceipts` says
 * what became of those: that they were delivered, unless something else was said. Each message is a record of its own in the journal.
 */
export function expoRoutes(app: FastifyInstance, { receipts, ...options }: VendorOptions & { readonly receipts: ExpoReceipts }): void {
  const { take, refuse, strike, answerRest } = vendorCounter(
    { provider: "expo", channel, refusal: expoRefusal, struck: expoStruck },
    options,
  );

  app.post("/push/send", { bodyLimit: mostBytes }, (request, reply) => take(request, reply, judgeSend(request)));

  const judgeSend = (request: FastifyRequest): Judged => {
    const body = bodyOf(request);
    const wrong = requestRefusal(request, body);
    const read = "json" in body ? expoPushes(body.json) : undefined;
    const refusal = wrong ?? (read !== undefined && "refusal" in read ? read.refusal : undefined);
    if (read === undefined || !("pushes" in read)) return { channel, parts: unreadable(request.body), refusal, accept: () => nothing };
    const parts = read.pushes.map((push) => partsOf(push, request));
    const whole = { ...parts[0]!, to: read.pushes.map(({ to }) => to) };
    const single = "json" in body && !Array.isArray(body.json) && read.pushes.length === 1;
    return {
      channel,
      parts: whole,
      refusal,
      accept(fault) {
        const settled = read.pushes.map((push, index) => settle(push, parts[index]!, fault));
        const tickets = settled.map(({ ticket }) => ticket);
        return { answer: { status: 200, body: { data: single ? tickets[0] : tickets } }, messages: settled.map(({ message }) => message) };
      },
    };
  };

  const settle = (push: ExpoPush, parts: MessageParts, fault: Fault | undefined): { ticket: object; message: Settled } => {
    const own = expoPushError(push);
    const meant = fault !== undefined && (fault.to === undefined || isRecipient(fault.to, push.to));
    const scripted = own === undefined && meant ? expoFaultOfMessage(fault) : undefined;
    const failed: ExpoError | undefined = own ?? scripted;
    if (failed !== undefined) {
      const { error, message } = failed;
      const reason = `${scripted === undefined ? "" : "scripted fault: "}${error} ${message}`;
      const ticket = { status: "error", message, details: { error, expoPushToken: push.to } };
      return { ticket, message: { parts, verdict: "rejected", reason } };
    }
    const id = randomUUID();
    receipts.issue(id);
    return { ticket: { status: "ok", id }, message: { parts, verdict: "accepted", messageId: id } };
  };

  app.post("/push/getReceipts", { bodyLimit: mostBytes }, (request, reply) => {
    const body = bodyOf(request);
    const wrong = requestRefusal(request, body);
    if (wrong !== undefined) return refuse(request, reply, wrong);
    const { ids } = ((body as { json: unknown }).json ?? {}) as { readonly ids?: unknown };
    if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string"))
      return refuse(request, reply, expoRefusal(400, "ids: must be a list of texts"));
    if (ids.length > mostReceipts)
      return refuse(request, reply, expoRefusal(400, `at most ${mostReceipts} receipts in a request`, "PUSH_TOO_MANY_RECEIPTS"));
    return strike(request, reply, { stage: "receipts", answer: () => ({ status: 200, body: { data: receipts.ask(ids) } }) });
  });
  answerRest(app, /\/push\/(send|getReceipts)$/);
}

const nothing = { answer: { status: 200 }, messages: [] };

function bodyOf({ body, headers }: FastifyRequest): JsonBody {
  return readJson(body instanceof Buffer ? body : Buffer.alloc(0), { encoding: headers["content-encoding"], mostBytes });
}

function requestRefusal({ headers }: FastifyRequest, body: JsonBody): Refusal | undefined {
  if (headers.authorization !== undefined && !/^Bearer \S+$/.test(headers.authorization))
    return expoRefusal(401, "The access token is invalid");
  if (!isJsonType(headers["content-type"])) return expoRefusal(400, "The body must be application/json");
  return "problem" in body ? expoRefusal(body.problem === "too large" ? 413 : 400, `The body: ${body.problem}`) : undefined;
}

function partsOf({ to, message }: ExpoPush, { headers }: FastifyRequest): MessageParts {
  const { title, body } = message;
  return {
    from: "Expo",
    to: [to],
    ...(typeof title === "string" ? { subject: title } : {}),
    ...(typeof body === "string" ? { text: body } : {}),
    headers: [],
    attachments: [],
    ...toldBy(headers),
    request: message,
  };
}
