import { randomUUID } from "node:crypto";
import type { FastifyServerOptions } from "fastify";

/** The header in which a request may bring an id, and in which each answer has one; the log names it where a request fails. */
export const requestIdHeader = "x-request-id";

/** Whoever calls through several services gives the id; it goes into logs, so that it holds nothing else. */
const shape = /^[\w.:-]{1,64}$/;

export const requestIds = {
  requestIdHeader: false,
  genReqId: ({ headers }) => {
    const given = headers[requestIdHeader];
    return typeof given === "string" && shape.test(given) ? given : randomUUID();
  },
} satisfies FastifyServerOptions;
