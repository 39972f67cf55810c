import type { FastifyReply } from "fastify";
import { BusbarError } from "../base/errors.ts";

/** The shape of every answer that is not what was asked for: RFC 9457, `application/problem+json`. */
export interface Problem {
  /** `urn:busbar:problem:` and the code in lower case. */
  readonly type: string;
  /** What the code means; the same each time. */
  readonly title: string;
  readonly status: number;
  /** What happened here, and what to do. */
  readonly detail: string;
  readonly code: string;
  /** Everything that is wrong, one sentence each; the first 50. */
  readonly problems?: readonly string[];
  /** Of `PUBLISH_FAILED`: the id to publish the event again with. */
  readonly eventId?: string;
  /** Of a batch of which nothing is known to be in the log: what became of each event. */
  readonly results?: readonly object[];
}

/**
 * The status and the title of each code: of those that busbar throws, then of those of HTTP alone. What no request can bring about
 * is not here, and answered as `INTERNAL_ERROR`.
 */
const kinds = {
  UNKNOWN_TOPIC: [404, "No topic has this name"],
  UNKNOWN_QUEUE: [404, "No queue has this name"],
  UNKNOWN_SUBSCRIBER: [404, "No subscriber has this name"],
  UNKNOWN_SCHEDULE: [404, "No schedule has this name"],
  INVALID_EVENT: [422, "The event does not match its topic"],
  INVALID_FILTER: [422, "The filter cannot be used"],
  INVALID_CURSOR: [400, "The cursor cannot be used"],
  INVALID_RANGE: [422, "The range of time cannot be used"],
  INVALID_DEAD_LETTERS: [422, "The filter, place or data of dead letters cannot be used"],
  UNKNOWN_OPERATION: [404, "No operation has this id"],
  INVALID_SELECTION: [422, "The selection cannot be used"],
  INVALID_LIMIT: [422, "The limit cannot be"],
  INVALID_REPLAY: [422, "The replay cannot be made"],
  REPLAY_BUSY: [409, "The replay is not in a state that allows this"],
  UNKNOWN_REPLAY: [404, "No replay has this id"],
  INVALID_SUPPRESSION: [422, "The suppression cannot be used"],
  EVENT_TOO_LARGE: [413, "The event is too large"],
  IDEMPOTENCY_CONFLICT: [409, "The idempotency key was used with another payload"],
  PUBLISH_FAILED: [503, "Redis did not confirm the event"],
  ARCHIVE_FAILED: [503, "The archive does not answer"],
  REDIS_UNREACHABLE: [503, "Redis does not answer"],
  REDIS_UNSUITABLE: [503, "Redis is not fit for work"],
  STOPPED: [503, "The service is stopping"],

  INVALID_REQUEST: [400, "The request cannot be understood"],
  INVALID_JSON: [400, "The body is not JSON"],
  INVALID_CLOUD_EVENT: [400, "The body is no CloudEvent"],
  CONTRADICTION: [422, "The request contradicts itself"],
  UNAUTHENTICATED: [401, "A valid API key is needed"],
  FORBIDDEN: [403, "The API key may not do this"],
  FORBIDDEN_HOST: [403, "The server does not answer to this name"],
  FORBIDDEN_ORIGIN: [403, "The server does not answer other sites"],
  CALLBACK_REFUSED: [403, "The callback is not known to be the provider's"],
  REAL_SENDING: [403, "Real sending is on"],
  NOT_FOUND: [404, "There is nothing here"],
  METHOD_NOT_ALLOWED: [405, "The address does not know this method"],
  REFUSED: [409, "It is not in a state that allows this"],
  BODY_TOO_LARGE: [413, "The body is too large"],
  UNSUPPORTED_MEDIA_TYPE: [415, "The body has the wrong type"],
  RATE_LIMITED: [429, "Too many requests"],
  HEADERS_TOO_LARGE: [431, "The headers are too large"],
  FEED_UNREADABLE: [503, "The bus cannot be read"],
  INTERNAL_ERROR: [500, "The request failed"],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemCode = keyof typeof kinds;

const mostProblems = 50;
/** Seconds after which what failed for a moment may be tried again. */
const retryAfter = 1;

interface More {
  readonly problems?: readonly string[];
  readonly eventId?: string | undefined;
  /** For the answer, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where a request ends with a problem. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly body: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, more: More = {}) {
    super(detail);
    this.body = problemOf(code, detail, more);
    this.headers = { ...(this.body.status === 503 ? { "retry-after": String(retryAfter) } : {}), ...more.headers };
  }
}

/** The problem that an error of busbar is. Pure. */
export function fromBusbarError(error: BusbarError): HttpProblem {
  const code = error.code in kinds ? (error.code as ProblemCode) : "INTERNAL_ERROR";
  const [first] = error.message.split("\n  - ");
  const listed = error.problems.length === 1 && error.problems[0] === error.message ? {} : { problems: error.problems };
  const detail = code === "INTERNAL_ERROR" ? internal : first!.replace(/:$/, ".");
  return new HttpProblem(code, detail, { ...(code === "INTERNAL_ERROR" ? {} : listed), eventId: error.eventId });
}

/** What is said of a mistake of our own. */
export const internal = "This request failed; the log of the process says why.";

export function sendProblem(reply: FastifyReply, { body, headers }: Pick<HttpProblem, "body" | "headers">): FastifyReply {
  return reply.code(body.status).headers(headers).type("application/problem+json").send(JSON.stringify(body));
}

function problemOf(code: ProblemCode, detail: string, { problems = [], eventId }: More): Problem {
  const [status, title] = kinds[code];
  const more = problems.length - mostProblems;
  const shown = more > 0 ? [...problems.slice(0, mostProblems), `and ${more} more`] : problems;
  return {
    type: `urn:busbar:problem:${code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status,
    detail,
    code,
    ...(shown.length === 0 ? {} : { problems: shown }),
    ...(eventId === undefined ? {} : { eventId }),
  };
}
