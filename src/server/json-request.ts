import type { FastifyRequest } from "fastify";
import { checkEncoding, mediaType, parseJson } from "./body.ts";
import { HttpProblem } from "./problem.ts";

/**
 * The JSON of a request. Only `application/json` is taken: no form of another site can send it.
 * @throws HttpProblem `UNSUPPORTED_MEDIA_TYPE` or `INVALID_JSON`
 */
export function jsonOf({ headers, body }: Pick<FastifyRequest, "headers" | "body">): unknown {
  const media = mediaType(headers["content-type"]);
  if (media.type !== "application/json")
    throw new HttpProblem("UNSUPPORTED_MEDIA_TYPE", `The body is ${JSON.stringify(media.type.slice(0, 100))}: send application/json.`);
  checkEncoding(media, headers["content-encoding"]);
  return parseJson(body as Buffer | undefined);
}
