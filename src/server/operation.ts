import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import type { Logger } from "../base/logger.ts";
import type { View } from "../bus/view.ts";
import type { By } from "../bus/by.ts";
import { pathText } from "../define/payload.ts";
import { type Access, byOf, type Caller, checkScope } from "./access.ts";
import { checkEncoding, mediaType, parseJson } from "./body.ts";
import type { EventStreams } from "./event-streams.ts";
import { HttpProblem } from "./problem.ts";
import { within } from "../base/within.ts";

/** One address of the API besides publishing: the route that answers it, and its part of the OpenAPI document, are made from this. */
export interface Operation<Query extends z.ZodObject = z.ZodObject, Body extends z.ZodObject = z.ZodObject> {
  readonly method: "GET" | "POST" | "DELETE";
  /** Parameters have a colon before them, as in `/v1/events/:id`. */
  readonly path: string;
  readonly scope: "read" | "operate" | "admin";
  /** What it does, in one line. */
  readonly summary: string;
  /** The heading that it stands under. */
  readonly tag: string;
  /** Names that are not here are refused. */
  readonly query?: Query;
  /** Its answer may hold personal data: masked, unless `?pii=show` asks for it and the scope `pii` allows it. */
  readonly personal?: boolean;
  /** JSON; the whole may be absent where every field may be. */
  readonly body?: Body;
  /** What the answer holds, in one line. */
  readonly answer: string;
  /** What `handle` gives is an async iterable, and the answer a stream of server-sent events, until the reader leaves. */
  readonly stream?: boolean;
  readonly handle: (asked: Asked<Query, Body>) => Promise<unknown>;
}

export interface Asked<Query extends z.ZodObject = z.ZodObject, Body extends z.ZodObject = z.ZodObject> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly caller: Caller;
  /** For the time line: the key's name, and the `reason` of the body. */
  readonly by: By;
  /** How the caller sees personal data. */
  readonly view: View;
  /** Of a stream: aborts when nobody reads it any more. */
  readonly signal: AbortSignal;
}

/** Keeps the types of an operation's query and body together. */
export function operation<Query extends z.ZodObject, Body extends z.ZodObject>(given: Operation<Query, Body>): Operation {
  const query = given.personal === true ? { query: (given.query ?? z.strictObject({})).extend(personalQuery) } : {};
  return { ...given, ...query } as unknown as Operation;
}

const personalQuery = {
  pii: z
    .enum(["masked", "show"])
    .default("masked")
    .describe("`show`: personal data in the clear. It needs the scope `pii`, and goes into the audit record."),
  reason: z.string().min(1).max(200).optional().describe("Of `pii=show`: why, for the audit record."),
};

/** @throws HttpProblem `FORBIDDEN` without the scope for it */
function viewOf(caller: Caller, query: { readonly pii?: string; readonly reason?: string }): View {
  if (query.pii !== "show") return {};
  checkScope(caller, "pii");
  return { showPii: byOf(caller, query.reason) };
}

const nothing = z.strictObject({});
const mostBytes = 512 * 1_024;
/** What only looks gives up after so long, milliseconds: Redis does not answer. */
const readMs = 8_000;

const never = new AbortController().signal;

export interface OperationParts {
  readonly operation: Operation;
  readonly access: Access;
  readonly streams: EventStreams;
  readonly logger: Logger;
}

/** Adds the route. Who changed something, and why, stands in the log too: pausing and cleaning leave no time line. */
export function addOperation(app: FastifyInstance, { operation: given, access, streams, logger }: OperationParts): void {
  const { method, path, scope, query, body, stream = false, handle } = given;
  app.route<{ Params: Record<string, string> }>({
    method,
    url: path,
    bodyLimit: mostBytes,
    onRequest: (request, reply) => access.admit(request, reply, scope),
    handler: async (request, reply) => {
      const caller = access.callerOf(request);
      const readBody = checked(body ?? nothing, bodyOf(request), "the body");
      const { reason } = readBody as { readonly reason?: string };
      const readQuery = checked(query ?? nothing, request.query, "the query");
      const by = byOf(caller, reason);
      const view = viewOf(caller, readQuery);
      const asked = { params: request.params, query: readQuery, body: readBody, caller, by, view };
      if (stream) return streams.send(reply, async (signal) => (await handle({ ...asked, signal })) as AsyncIterable<unknown>);
      const answer = handle({ ...asked, signal: never });
      if (scope === "read") return within(readMs, answer);
      const done = await answer;
      logger.info(
        { ...by, verb: `${method} ${path}`, ...request.params, request: request.id },
        "somebody changed something through the API",
      );
      return done;
    },
  });
}

function bodyOf(request: FastifyRequest): unknown {
  const bytes = request.body as Buffer | undefined;
  if (bytes === undefined || bytes.length === 0) return {};
  const media = mediaType(request.headers["content-type"]);
  if (media.type !== "application/json")
    throw new HttpProblem("UNSUPPORTED_MEDIA_TYPE", `The body is ${JSON.stringify(media.type.slice(0, 100))}: send application/json.`);
  checkEncoding(media, request.headers["content-encoding"]);
  return parseJson(bytes);
}

function checked<Schema extends z.ZodObject>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${pathText(path)}: ${message}`));
  throw new HttpProblem("INVALID_REQUEST", `What was asked for cannot be done: ${where} is wrong.`, { problems });
}

/** A field of every verb: why it is done, for the time line and the audit record. */
export const reason = z.string().min(1).max(200).optional().describe("Why; the audit record keeps it, and the time line.");

/** Of what is paused: for `answer`. */
export const alreadyAnswer = "; where it was paused already, `already`: `by` whom, `at` which time and for which `reason`, which stay";

/** The fields of every list that is read by page. */
export function paging({ count = 50, most = 500 }: { readonly count?: number; readonly most?: number } = {}) {
  return {
    count: z.coerce.number().int().min(1).max(most).default(count).describe("At most so many."),
    cursor: z.string().min(1).max(1_000).optional().describe("The `next` of the page before: what it holds is of no interest."),
  };
}

/** @throws HttpProblem `NOT_FOUND` where there is no such thing */
export function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new HttpProblem("NOT_FOUND", what);
  return thing;
}
