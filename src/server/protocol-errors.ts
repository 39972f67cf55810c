import type { Socket } from "node:net";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import type { Logger } from "../base/logger.ts";
import { HttpProblem, sendProblem } from "./problem.ts";
import { isForReaders, sendReaderPage, wrongLink } from "./reader-answers.ts";
import { problemFrom } from "./request-error.ts";

/** The answers to what is no request that a route could take: a broken address, broken HTTP, headers without end. */
export const protocolErrors = {
  frameworkErrors: (_error, request, reply) => {
    if (isForReaders(request.url)) return void sendReaderPage(reply, wrongLink);
    sendProblem(
      reply,
      new HttpProblem("INVALID_REQUEST", "The address cannot be read: its %-encoding is broken, or a part of it is too long."),
    );
  },
  clientErrorHandler: (error: { readonly code?: string }, socket: Socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const { body } =
      error.code === "HPE_HEADER_OVERFLOW"
        ? new HttpProblem("HEADERS_TOO_LARGE", "The headers of a request may have 16 KB in all.")
        : new HttpProblem("INVALID_REQUEST", "This is no HTTP/1.1 request, or it did not come in time.");
    const json = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${body.status} ${body.title}`,
      "content-type: application/problem+json; charset=utf-8",
      `content-length: ${Buffer.byteLength(json)}`,
      "connection: close",
    ];
    return void socket.end(`${head.join("\r\n")}\r\n\r\n${json}`);
  },
} satisfies FastifyServerOptions;

/** Every error of a route becomes a problem. */
export function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: unknown, request, reply) =>
    sendProblem(reply, problemFrom({ error, path: request.url.split("?")[0]!, request: request.id, logger })),
  );
}
