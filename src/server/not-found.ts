import type { FastifyInstance } from "fastify";
import { HttpProblem } from "./problem.ts";
import { isForReaders, sendReaderPage, wrongLink } from "./reader-answers.ts";

/** What is said of an address that no route has. */
export const nothingHere = "There is nothing at this address.";

export interface NotFoundOptions {
  /** Added to the answer, where something is not served that is served elsewhere. */
  readonly hint?: string | undefined;
}

/**
 * Answers what no route takes: `OPTIONS` with the methods that the address knows, 405 with the same, else 404. No answer lets pages of other
 * sites in (CORS). Call it before the routes are added.
 */
export function answerUnknown(app: FastifyInstance, { hint }: NotFoundOptions): void {
  const routes: { readonly parts: readonly string[]; readonly method: string }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    for (const each of [method].flat()) routes.push({ parts: url.split("/"), method: each });
  });
  app.setNotFoundHandler((request, reply) => {
    const parts = request.url.split("?")[0]!.split("/");
    const methods = routes.filter((route) => fits(route.parts, parts)).map(({ method }) => method);
    // Of some links hardly anything is left.
    if (methods.length === 0 && isForReaders(request.url)) return sendReaderPage(reply, wrongLink);
    if (methods.length === 0) throw new HttpProblem("NOT_FOUND", `${nothingHere}${hint === undefined ? "" : ` ${hint}`}`);
    const allow = [...new Set([...methods, "OPTIONS"])].toSorted().join(", ");
    if (request.method === "OPTIONS") return reply.code(204).header("allow", allow).send();
    throw new HttpProblem("METHOD_NOT_ALLOWED", `This address answers ${allow} only.`, { headers: { allow } });
  });
}

function fits(route: readonly string[], parts: readonly string[]): boolean {
  if (route.at(-1) === "*") return route.slice(0, -1).every((part, index) => part === parts[index]) && parts.length >= route.length;
  return (
    route.length === parts.length && route.every((part, index) => (part.startsWith(":") ? parts[index] !== "" : part === parts[index]))
  );
}
