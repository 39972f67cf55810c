import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "../base/logger.ts";
import { within } from "../base/within.ts";
import type { Bus } from "../bus/bus.ts";
import { HttpProblem, sendProblem } from "./problem.ts";
import { refusalLog } from "./refusal-log.ts";
import { problemFrom } from "./request-error.ts";

export interface CallbackRoutesOptions {
  readonly bus: Pick<Bus, "callbacks">;
  readonly logger: Logger;
}

/** What all addresses of callbacks begin with. */
export const callbackPath = "/callbacks/";

/** The largest that is known, a batch of SendGrid's, has less. */
const bodyBytes = 1_024 * 1_024;
/** Redis may take so long, milliseconds; whoever called calls again. */
const answerMs = 2_000;

interface ToProvider {
  readonly Params: { readonly provider: string; readonly secret?: string };
}

/**
 * `GET` and `POST /callbacks/:provider`, and with a secret behind it for providers that sign nothing. They ask for no API key: the provider's
 * signature says who calls.
 *
 * | answer | when |
 * |---|---|
 * | 200 | it is the provider's, and kept: what it says is seen to later. Of a `GET`, the text that the provider asked to get back |
 * | 403 | it is not known to be the provider's; not a word about why, which is in the log |
 * | 404 | no provider of this name calls back |
 * | 413 | it has more than 1 MB |
 * | 503 | Redis does not take it now: the provider calls again |
 */
export function callbackRoutes(app: FastifyInstance, { bus, logger }: CallbackRoutesOptions): void {
  const tellRefusal = refusalLog(logger);
  for (const url of [`${callbackPath}:provider`, `${callbackPath}:provider/:secret`]) {
    app.route<ToProvider>({
      method: ["GET", "POST"],
      url,
      // To a provider, GET is no way to look: it hands something over.
      exposeHeadRoute: false,
      bodyLimit: bodyBytes,
      // Before a body is read.
      async onRequest({ params }) {
        if (!bus.callbacks.knows(params.provider)) throw unknownProvider();
      },
      async handler(request, reply) {
        const { provider } = request.params;
        const answer = await within(answerMs, bus.callbacks.receive(callOf(request, provider)));
        switch (answer.kind) {
          case "taken":
            return reply.code(200).send();
          case "challenge":
            return reply.type("text/plain; charset=utf-8").send(answer.answer);
          case "unknown":
            throw unknownProvider();
          case "refused":
            tellRefusal({ provider, reason: answer.reason });
            throw new HttpProblem("CALLBACK_REFUSED", "This callback is not taken.");
        }
      },
      // In place of the server's own: the path that it would log may hold a secret.
      errorHandler: (error, { id, params: { provider } }, reply) =>
        sendProblem(
          reply,
          error.statusCode === 413 ? tooLarge() : problemFrom({ error, path: `${callbackPath}${provider}`, request: id, logger }),
        ),
    });
  }
}

function callOf({ method, url, headers, body, socket }: FastifyRequest, provider: string) {
  return {
    provider,
    method,
    path: url,
    headers: Object.fromEntries(Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === "string")),
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    peer: socket.remoteAddress ?? "",
  };
}

function unknownProvider(): HttpProblem {
  return new HttpProblem("NOT_FOUND", "There is nothing at this address.");
}

function tooLarge(): HttpProblem {
  return new HttpProblem("BODY_TOO_LARGE", "A callback may have 1 MB.");
}
