import type { FastifyInstance } from "fastify";
import { isLoopback } from "../providers/loopback.ts";

/** What every answer carries; a route may set its own content policy instead. */
export const securityHeaders = {
  "content-security-policy": [
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-cache",
} as const;

/**
 * Guards all routes. A web site can point a name of its own at 127.0.0.1 and then read what is served there with its visitor's
 * browser (DNS rebinding): the `Host` header gives it away. Nothing but GET is answered, so no other site can change anything.
 */
export function guard(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders);
    if (!isLoopbackHost(request.headers.host)) {
      return reply.code(403).send(problem("FORBIDDEN_HOST", "This server answers to loopback names only, such as 127.0.0.1 or localhost."));
    }
    if (request.method !== "GET") {
      return reply.code(405).header("allow", "GET").send(problem("METHOD_NOT_ALLOWED", "This server answers GET only."));
    }
    return undefined;
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(problem("NOT_FOUND", "There is nothing at this address.")));
}

/** Whether a `Host` header, with or without a port, names this machine. */
export function isLoopbackHost(header: string | undefined): boolean {
  const match = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.exec(header ?? "");
  return match !== null && isLoopback(match[1]!);
}

/** The shape of every answer that is not what was asked for. */
export function problem(code: string, message: string): { readonly error: { readonly code: string; readonly message: string } } {
  return { error: { code, message } };
}
