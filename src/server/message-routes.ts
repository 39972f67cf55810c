import type { FastifyInstance } from "fastify";
import { smsSegments } from "../channels/sms-segments.ts";
import type { Inbox } from "../mailroom/inbox.ts";
import type { MailRecord } from "../mailroom/record.ts";
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

/** `/messages/:id` is what people look at of a message, as JSON; `/messages/:id/html` its HTML part, to be shown in a frame. */
export function messageRoutes(app: FastifyInstance, { inbox }: { readonly inbox: Inbox | undefined }): void {
  app.get<ById>("/messages/:id", (request, reply) => {
    const message = inbox?.get(request.params.id);
    if (message === undefined) throw notHeld();
    return reply.send(messageView(message));
  });

  app.get<ById>("/messages/:id/html", (request, reply) => {
    const html = inbox?.get(request.params.id)?.html;
    if (html === undefined) throw notHeld();
    return reply.header("content-security-policy", messagePolicy).type("text/html; charset=utf-8").send(html);
  });
}

function notHeld(): HttpProblem {
  return new HttpProblem("NOT_FOUND", "The inbox does not hold this message (any more), or it has no such part.");
}

function messageView({ html, id, provider, messageId, from, to, subject, at, size, deliveryId, text, headers, attachments }: MailRecord) {
  return {
    id,
    provider,
    messageId,
    from,
    to,
    subject,
    at,
    size,
    deliveryId,
    text,
    headers,
    attachments,
    ...(provider === "twilio" ? { cost: smsSegments(text ?? "") } : {}),
    hasHtml: html !== undefined,
    remotePictures: html !== undefined && /<img\b[^>]*\bsrc\s*=\s*["']?https?:/i.test(html),
  };
}
