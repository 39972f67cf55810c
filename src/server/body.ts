import type { FastifyInstance } from "fastify";
import { HttpProblem } from "./problem.ts";

/** The type of a body, without its parameters, and the encoding that they name. */
export interface MediaType {
  readonly type: string;
  readonly charset: string | undefined;
}

/** Bodies reach the routes as the bytes that came: each route says what it takes, and no parser changes what was sent. */
export function takeBodiesAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

export function mediaType(header: string | undefined): MediaType {
  const [type, ...parameters] = (header ?? "").split(";");
  const charset = parameters.map((part) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(part)?.[1]).find((value) => value !== undefined);
  return { type: type!.trim().toLowerCase(), charset: charset?.toLowerCase() };
}

/** @throws HttpProblem `UNSUPPORTED_MEDIA_TYPE` unless the body is sent as it is, in UTF-8 */
export function checkEncoding({ charset }: MediaType, contentEncoding: string | undefined): void {
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset))
    throw new HttpProblem("UNSUPPORTED_MEDIA_TYPE", `The body is in ${JSON.stringify(charset)}: send UTF-8.`);
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== "identity")
    throw new HttpProblem("UNSUPPORTED_MEDIA_TYPE", `The body is encoded as ${JSON.stringify(contentEncoding)}: send it as it is.`);
}

/** @throws HttpProblem `INVALID_JSON` */
export function parseJson(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined || bytes.length === 0) throw new HttpProblem("INVALID_JSON", "The body is empty.");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem("INVALID_JSON", "The body is not UTF-8.");
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new HttpProblem("INVALID_JSON", `The body is not JSON: ${(error as Error).message}.`);
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
