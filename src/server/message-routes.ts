import type { FastifyInstance, FastifyRequest } from "fastify";
import { BusbarError } from "../base/errors.ts";
import type { Callbacks } from "../mailroom/callbacks.ts";
import type { Inbox } from "../mailroom/inbox.ts";
import { listQuery, tellingQuery } from "../mailroom/mailroom-queries.ts";
import type { MailRecord } from "../mailroom/record.ts";
import { jsonOf } from "./json-request.ts";
import { messageView } from "./message-view.ts";
import { HttpProblem } from "./problem.ts";

/**
 * A message's HTML is somebody else's document: no script, no form, no plug-in, an origin of its own, and nothing loaded from
 * anywhere (pictures from the internet would tell their owner that the mail was opened). Links open in a new window.
 */
export const messagePolicy = [
  "sandbox allow-popups allow-popups-to-escape-sandbox",
  "default-src 'none'",
  "img-src data:",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

interface ById {
  readonly Params: { readonly id: string };
}

export interface MessageRoutesOptions {
  readonly inbox: Inbox;
  /** Without them, nothing can be told of a message. */
  readonly callbacks?: Callbacks | undefined;
}

/** So many are listed where nothing else is asked for. */
const usualLimit = 60;

/**
 * The mailroom's inbox, for the page:
 *
 * | address | what |
 * |---|---|
 * | `GET /messages?search&channel&provider&to&delivery&limit&before` | the newest first, in short; `next` is the `before` of the next page, where there is one |
 * | `DELETE /messages` | empties the inbox; the journal keeps what it has |
 * | `GET /messages/:id` | what people look at of a message, as JSON, with its `callbacks` and what is `tellable` of it |
 * | `GET /messages/:id/callbacks` | those two alone |
 * | `POST /messages/:id/callbacks` | lets its vendor call back: `{ "status": "delivered" }`, with the fields of a telling (mailroom/telling.ts); nobody waits for it |
 * | `GET /messages/:id/html` | its HTML part, to be shown in a frame |
 */
export function messageRoutes(app: FastifyInstance, { inbox, callbacks }: MessageRoutesOptions): void {
  const toldOf = (message: MailRecord) => ({ callbacks: callbacks?.of(message.id) ?? [], tellable: callbacks?.tellable(message) ?? null });

  app.get("/messages", (request, reply) => {
    const query = listQuery(request.query as Readonly<Record<string, unknown>>);
    if ("problems" in query) throw new HttpProblem("INVALID_REQUEST", "The messages cannot be listed so.", { problems: query.problems });
    const { limit = usualLimit, ...asked } = query.asked;
    // One more than is shown tells whether there is another page.
    const found = inbox.list({ ...asked, limit: limit + 1 });
    const messages = found.slice(0, limit);
    return reply.send({ messages, ...(found.length > limit ? { next: messages.at(-1)!.id } : {}) });
  });

  app.delete("/messages", (_request, reply) => {
    inbox.clear();
    return reply.code(204).send();
  });

  app.get<ById>("/messages/:id", (request, reply) => {
    const message = inbox.get(request.params.id);
    if (message === undefined) throw notHeld();
    return reply.send({ ...messageView(message), ...toldOf(message) });
  });

  app.get<ById>("/messages/:id/callbacks", (request, reply) => {
    const message = inbox.get(request.params.id);
    if (message === undefined) throw notHeld();
    return reply.send(toldOf(message));
  });

  app.post<ById>("/messages/:id/callbacks", (request, reply) => {
    const message = inbox.get(request.params.id);
    if (message === undefined || callbacks === undefined) throw notHeld();
    const query = tellingQuery({ ...objectIn(request), message: message.id });
    if ("problems" in query) throw cannotTell(query.problems);
    try {
      callbacks.tell(message, query.asked.telling);
    } catch (error) {
      throw error instanceof BusbarError ? cannotTell(error.problems) : error;
    }
    return reply.code(202).send(toldOf(message));
  });

  app.get<ById>("/messages/:id/html", (request, reply) => {
    const html = inbox.get(request.params.id)?.html;
    if (html === undefined) throw notHeld();
    return reply.header("content-security-policy", messagePolicy).type("text/html; charset=utf-8").send(html);
  });
}

function objectIn(request: FastifyRequest): object {
  const json = jsonOf(request);
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw cannotTell(["the body must be a JSON object"]);
  return json;
}

function cannotTell(problems: readonly string[]): HttpProblem {
  return new HttpProblem("INVALID_REQUEST", "This cannot be told of the message.", { problems });
}

function notHeld(): HttpProblem {
  return new HttpProblem("NOT_FOUND", "The inbox does not hold this message (any more), or it has no such part.");
}
