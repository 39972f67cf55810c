import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { fromBusbarError, HttpProblem, internal, type ProblemCode } from "./problem.ts";
import { LateAnswer } from "../base/within.ts";

/** What fastify itself refuses, by its status. */
const refusals: Readonly<Record<number, ProblemCode>> = {
  404: "NOT_FOUND",
  413: "BODY_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  431: "HEADERS_TOO_LARGE",
};
const tooLarge = "The body is too large: one event may have 256 KB, a batch 8 MB.";
/** The names of ioredis' errors, and the codes of a socket's, when there is no Redis to talk to. */
const awayNames: ReadonlySet<string> = new Set(["MaxRetriesPerRequestError", "AbortError", "ReplyError"]);
const awayWords = /Connection is closed|Command timed out|Stream isn't writeable|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND/;

export interface FailedRequest {
  readonly error: unknown;
  /** The path, without the query. */
  readonly path: string;
  /** The request's id, as its answer has it. */
  readonly request?: string;
  readonly logger: Logger;
}

/** The problem that ends a request whose handling threw. What is nobody's fault but ours is logged. */
export function problemFrom({ error, logger, ...where }: FailedRequest): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof BusbarError) {
    const problem = fromBusbarError(error);
    if (problem.body.status === 500) logger.error({ ...where, error: error.message }, "a request failed");
    return problem;
  }
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === "number" && status >= 400 && status < 500)
    return new HttpProblem(refusals[status] ?? "INVALID_REQUEST", status === 413 ? tooLarge : messageOf(error));
  if (isRedisAway(error)) {
    logger.warn({ ...where, error: messageOf(error) }, "a request failed because Redis does not answer");
    return new HttpProblem("REDIS_UNREACHABLE", "Redis does not answer at the moment: try again.");
  }
  logger.error({ ...where, error: messageOf(error) }, "a request failed");
  return new HttpProblem("INTERNAL_ERROR", internal);
}

function isRedisAway(error: unknown): boolean {
  if (error instanceof LateAnswer) return true;
  return error instanceof Error && (awayNames.has(error.name) || awayWords.test(error.message));
}
