import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import { isLoopback } from "../providers/loopback.ts";
import type { Callbacks } from "./callbacks.ts";
import type { Faults } from "./faults.ts";
import type { Inbox } from "./inbox.ts";
import { isJsonType, readJson } from "./json-body.ts";
import { faultQuery, faultView, listQuery, tellingQuery } from "./mailroom-queries.ts";

export interface MailroomApiOptions {
  readonly inbox: Inbox;
  readonly callbacks: Callbacks;
  readonly faults: Faults;
  readonly logger: Logger;
}

interface ById {
  readonly Params: { readonly id: string };
}

const mostBytes = 64 * 1024;
/** Whoever lets a vendor call back waits no longer for the answers, milliseconds. */
const mostWaitMs = 5_000;

/**
 * What the mailroom itself can be asked, as JSON.
 *
 * | request | what |
 * |---|---|
 * | `GET /mailroom/messages?limit&before&search&channel&provider&to&delivery` | the messages, newest first |
 * | `GET /mailroom/messages/{id}` | one of them, whole, with its `callbacks` |
 * | `DELETE /mailroom/messages` | forgets what is shown; the journal keeps it |
 * | `POST /mailroom/callbacks` | lets a vendor call back: `{ "to": "asha@example.in", "status": "bounced" }`; answered when it was taken, or after 5 s |
 * | `GET /mailroom/faults` | the faults that wait |
 * | `POST /mailroom/faults` | scripts one: `{ "provider": "twilio", "status": 503, "times": 3 }` |
 * | `DELETE /mailroom/faults`, `…/{id}` | lifts all of them, or one |
 *
 * What is wrong is answered with `{ "error", "problems" }`. Messages hold passwords that are used once: no web site may read them, so a
 * request that comes by another name than this machine's, or from a page of another origin, is refused.
 */
export function mailroomRoutes(app: FastifyInstance, { inbox, callbacks, faults, logger }: MailroomApiOptions): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    const problem = strangerProblem(request);
    return problem === undefined ? undefined : refuse(reply, 403, [problem]);
  });

  app.get("/messages", (request, reply) => {
    const query = listQuery(request.query as Readonly<Record<string, unknown>>);
    if ("problems" in query) return refuse(reply, 400, query.problems);
    return reply.send({ messages: inbox.list(query.asked), held: inbox.count, received: inbox.received });
  });
  app.get<ById>("/messages/:id", (request, reply) => {
    const message = inbox.get(request.params.id);
    return message === undefined ? refuse(reply, 404, notHeld) : reply.send({ ...message, callbacks: callbacks.of(message.id) });
  });
  app.delete("/messages", (_request, reply) => {
    inbox.clear();
    return reply.code(204).send();
  });

  app.post("/callbacks", { bodyLimit: mostBytes }, async (request, reply) => {
    const body = bodyOf(request);
    if ("problem" in body) return refuse(reply, body.status, [body.problem]);
    const query = tellingQuery(body.json);
    if ("problems" in query) return refuse(reply, 400, query.problems);
    const { message: id, filter, telling } = query.asked;
    const message = inbox.get(id ?? inbox.list({ ...filter, limit: 1 })[0]?.id ?? "");
    if (message === undefined) return refuse(reply, 404, notHeld);
    try {
      const told = callbacks.tell(message, telling);
      // What is to be late is not waited for.
      if (telling.delay === undefined) await Promise.race([told.done, pause(mostWaitMs)]);
      return await reply.code(202).send({ message: message.id, callbacks: told.callbacks() });
    } catch (error) {
      if (error instanceof BusbarError) return refuse(reply, 400, error.problems);
      throw error;
    }
  });

  app.get("/faults", (_request, reply) => reply.send({ faults: faults.list().map(faultView) }));
  app.post("/faults", { bodyLimit: mostBytes }, (request, reply) => {
    const body = bodyOf(request);
    if ("problem" in body) return refuse(reply, body.status, [body.problem]);
    const query = faultQuery(body.json);
    if ("problems" in query) return refuse(reply, 400, query.problems);
    try {
      return reply.code(201).send(faultView(faults.add(query.asked.provider, query.asked.fault)));
    } catch (error) {
      if (error instanceof BusbarError) return refuse(reply, 400, error.problems);
      throw error;
    }
  });
  app.delete("/faults", (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  app.delete<ById>("/faults/:id", (request, reply) =>
    faults.lift(request.params.id) ? reply.code(204).send() : refuse(reply, 404, ["no such fault waits (any more)"]),
  );

  app.setNotFoundHandler((request, reply) => refuse(reply, 404, [`there is no ${request.method} ${request.url.slice(0, 200)}`]));
  app.setErrorHandler((error: { statusCode?: number } & Error, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return refuse(reply, status, [error.message]);
    logger.error({ error: messageOf(error) }, "the mailroom could not answer a request");
    return refuse(reply, 500, ["this request failed; the log of the process says why"]);
  });
}

const notHeld = ["the mailroom does not hold this message (any more)"];

/** The JSON of a request, or how it is refused. */
function bodyOf({ headers, body }: FastifyRequest): { readonly json: unknown } | { readonly status: number; readonly problem: string } {
  if (!isJsonType(headers["content-type"])) return { status: 415, problem: "content-type must be application/json" };
  const read = readJson(body instanceof Buffer ? body : Buffer.alloc(0), { mostBytes });
  return "problem" in read ? { status: 400, problem: `the body: ${read.problem}` } : read;
}

function refuse(reply: FastifyReply, status: number, problems: readonly string[]): FastifyReply {
  return reply.code(status).send({ error: titles[status] ?? "The request cannot be understood", problems });
}

const titles: Readonly<Record<number, string>> = {
  403: "The mailroom does not answer other sites",
  404: "There is nothing here",
  413: "The body is too large",
  415: "The body has the wrong type",
  500: "The request failed",
};

/** A web site can point a name of its own at 127.0.0.1, and send requests here with its visitor's browser. */
function strangerProblem({ headers: { host, origin } }: FastifyRequest): string | undefined {
  const name = URL.parse(`http://${host ?? ""}`)?.hostname;
  if (name === undefined || !isLoopback(name)) return "it answers to loopback names only, such as 127.0.0.1 or localhost";
  return origin === undefined || origin === `http://${host}`
    ? undefined
    : "this request was sent by a page of another site; programs send no Origin header";
}
