import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { BusbarError, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Bus } from "../bus/bus.ts";
import type { Published } from "../define/publish.ts";
import { type Access, type Caller, checkScope } from "./access.ts";
import type { ToPublish } from "./cloud-event.ts";
import { paced } from "./paced.ts";
import { fromBusbarError, HttpProblem, type Problem, sendProblem } from "./problem.ts";
import { bodyLimits, readPublishRequest } from "./publish-request.ts";

export interface PublishRoutesOptions {
  readonly bus: Pick<Bus, "publish">;
  readonly access: Access;
  readonly logger: Logger;
}

/** One event of a batch: it is in the log, or it has a problem. */
export type BatchResult = ({ readonly index: number } & Published) | { readonly index: number; readonly problem: Problem };

interface ToTopic {
  readonly Params: { readonly topic: string };
}

/**
 * | path | takes | answers |
 * |---|---|---|
 * | `POST /v1/topics/:topic/events` | a payload, a JSON array of payloads, or CloudEvents of this topic | 202; of a batch 207 where some are not in |
 * | `POST /v1/events` | CloudEvents, whose type names the topic | the same |
 */
export function publishRoutes(app: FastifyInstance, { bus, access, logger }: PublishRoutesOptions): void {
  const publishOne = async (item: ToPublish | HttpProblem, caller: Caller): Promise<Published | HttpProblem> => {
    if (item instanceof HttpProblem) return item;
    const { topic, payload, options } = item;
    try {
      checkScope(caller, `publish:${topic}`);
      return await bus.publish(topic, payload, options);
    } catch (error) {
      if (error instanceof HttpProblem) return error;
      if (error instanceof BusbarError) return fromBusbarError(error);
      // A refinement of the schema, or the topic's key: code of the application, which this payload has brought to its end.
      logger.error({ topic, error: messageOf(error) }, "a topic's own code threw on a payload");
      return new HttpProblem("INVALID_EVENT", `${topic}: the topic's own code failed on this payload; the log of the process says why.`);
    }
  };

  const publish = async (request: FastifyRequest, reply: FastifyReply, topic: string | undefined): Promise<unknown> => {
    const caller = access.callerOf(request);
    checkGivenOnce(request);
    const { batch, items } = readPublishRequest({ headers: request.headers, body: request.body as Buffer | undefined, topic });
    const published = await paced({ items, begin: (item) => publishOne(item, caller) });
    if (batch) return sendBatch(reply, published);
    const [only] = published;
    if (only instanceof HttpProblem) throw only;
    return reply.code(202).send(only);
  };

  app.post<ToTopic>("/v1/topics/:topic/events", {
    bodyLimit: bodyLimits.batch,
    onRequest: (request, reply) => access.admit(request, reply, `publish:${request.params.topic}`),
    handler: (request, reply) => publish(request, reply, request.params.topic),
  });
  app.post("/v1/events", {
    bodyLimit: bodyLimits.batch,
    onRequest: (request, reply) => access.admit(request, reply, undefined),
    handler: (request, reply) => publish(request, reply, undefined),
  });
}

function sendBatch(reply: FastifyReply, published: readonly (Published | HttpProblem)[]): FastifyReply {
  const problems = published.filter((result) => result instanceof HttpProblem);
  const results = published.map((result, index) =>
    result instanceof HttpProblem ? { index, problem: result.body } : { index, ...result },
  );
  const [first] = problems;
  // Nothing is known to be in, and all of it may be when it is sent again: a problem, as of one event.
  if (first !== undefined && problems.length === published.length && problems.every(({ body }) => body.status === 503)) {
    const { eventId: _, ...body } = first.body;
    return sendProblem(reply, { headers: first.headers, body: { ...body, results } });
  }
  return reply
    .code(first === undefined ? 202 : 207)
    .send({ accepted: published.length - problems.length, failed: problems.length, results });
}

/** Node joins a header that comes twice with a comma, which would make another key of two. */
function checkGivenOnce({ headers, raw }: FastifyRequest): void {
  for (const name of ["idempotency-key", "x-event-id", "ce-id", "ce-type", "ce-idempotencykey"]) {
    if (String(headers[name] ?? "").includes(",") && (raw.headersDistinct[name]?.length ?? 0) > 1)
      throw new HttpProblem("INVALID_REQUEST", `The header ${name} is given twice.`);
  }
}
