import type { FastifyInstance } from "fastify";
import type { Inbox } from "../mailroom/inbox.ts";
import { listQuery } from "../mailroom/mailroom-queries.ts";
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

/** So many are listed where nothing else is asked for. */
const usualLimit = 60;

/**
 * The mailroom's inbox, for the page:
 *
 * | address | what |
 * |---|---|
 * | `GET /messages?search&channel&provider&to&delivery&limit&before` | the newest first, in short; `next` is the `before` of the next page, where there is one |
 * | `DELETE /messages` | empties the inbox; the journal keeps what it has |
 * | `GET /messages/:id` | what people look at of a message, as JSON |
 * | `GET /messages/:id/html` | its HTML part, to be shown in a frame |
 */
export function messageRoutes(app: FastifyInstance, { inbox }: { readonly inbox: Inbox }): void {
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
    return reply.send(messageView(message));
  });

  app.get<ById>("/messages/:id/html", (request, reply) => {
    const html = inbox.get(request.params.id)?.html;
    if (html === undefined) throw notHeld();
    return reply.header("content-security-policy", messagePolicy).type("text/html; charset=utf-8").send(html);
  });
}

function notHeld(): HttpProblem {
  return new HttpProblem("NOT_FOUND", "The inbox does not hold this message (any more), or it has no such part.");
}
