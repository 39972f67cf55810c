import type { FastifyInstance, FastifyRequest } from "fastify";
import { isLoopback } from "../providers/loopback.ts";
import { HttpProblem } from "./problem.ts";
import { requestIdHeader } from "./request-id.ts";
import { isForReaders } from "./reader-answers.ts";

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

export interface GuardOptions {
  /** The server listens on loopback: what comes in comes from this machine, be it sent by a page in its browser. */
  readonly local: boolean;
  /** Through a proxy or a tunnel that runs here, the world reaches these paths by this name. */
  readonly published?: { readonly host: string; readonly paths: readonly string[] } | undefined;
  readonly stopping: () => boolean;
}

/**
 * Guards all routes. On loopback, other web sites are kept out whether a key is asked for or not:
 * - A site can point a name of its own at 127.0.0.1 and then read what is served there with its visitor's browser (DNS rebinding):
 *   the `Host` header gives it away.
 * - A site can send requests here without reading the answers: a browser says in `Origin` where such a request comes from, and with
 *   every POST and DELETE it does. Neither is in the way of providers that call back: they come by the public name, and say no `Origin`.
 * - What a form or an image can send without asking first is no JSON, and everything that changes something wants JSON or no body.
 *
 * On another address the name is whatever the network calls this machine, and every request needs a key, which no browser adds by itself.
 */
export function guard(app: FastifyInstance, { local, published, stopping }: GuardOptions): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders).header(requestIdHeader, request.id);
    if (request.url.startsWith("/v1/")) reply.header("cache-control", "no-store");
    // Whoever keeps a connection takes the next one to a process that stays.
    if (stopping()) reply.header("connection", "close");
    // A proxy in front calls them by its own name, and what they do is guarded by the token in the address.
    if (!local || isForReaders(request.url)) return;
    if (!isLoopbackHost(request.headers.host) && !isPublished(request, published))
      throw new HttpProblem("FORBIDDEN_HOST", "This server answers to loopback names only, such as 127.0.0.1 or localhost.");
    if (isForeign(request))
      throw new HttpProblem("FORBIDDEN_ORIGIN", "This request was sent by a page of another site. Programs send no Origin header.");
  });
}

/** Whether a `Host` header, with or without a port, names this machine. */
export function isLoopbackHost(header: string | undefined): boolean {
  const match = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.exec(header ?? "");
  return match !== null && isLoopback(match[1]!);
}

function isPublished({ url, headers }: FastifyRequest, published: GuardOptions["published"]): boolean {
  return published !== undefined && headers.host?.toLowerCase() === published.host && published.paths.some((path) => url.startsWith(path));
}

/** Whether a request comes from a page of this server, by the name that it was called by or its public one, or from no page at all. */
export function isOwnOrigin({ headers }: FastifyRequest, publicUrl: string | undefined): boolean {
  const { origin } = headers;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  if (origin === undefined) return true;
  const own = [headers.host, ...(publicUrl === undefined ? [] : [new URL(publicUrl).host])];
  return URL.canParse(origin) && own.includes(new URL(origin).host);
}

/** Whether a browser says that another site's page sent this. A link that is followed is no such request. */
function isForeign({ headers, method }: FastifyRequest): boolean {
  if (headers.origin !== undefined) return headers.origin !== `http://${headers.host}`;
  const site = headers["sec-fetch-site"];
  return method !== "GET" && (site === "cross-site" || site === "same-site");
}
