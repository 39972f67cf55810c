import type { Server } from "node:http";
import type { FastifyHttpOptions } from "fastify";

export interface RequestTimes {
  /** Milliseconds that the headers of a request may take to come in. */
  readonly headers: number;
  /** Milliseconds that the whole request may take to come in, its headers included; more than `headers`. */
  readonly whole: number;
}

/**
 * A batch of 8 MB over a slow line takes half a minute; whoever sends a byte now and then is not waited for. Node looks every five
 * seconds, so a late request lives that much longer at most.
 */
export const requestTimes: RequestTimes = { headers: 10_000, whole: 30_000 };

/**
 * The settings of Node's server for these times; one that is late is answered by `clientErrorHandler`, and its connection ends. Both
 * are said: where the headers' time is the longer one, as by default, Node takes each for the other, and a body would have a minute.
 */
export function timeLimits({ headers, whole }: RequestTimes): Pick<FastifyHttpOptions<Server>, "http" | "requestTimeout"> {
  const connectionsCheckingInterval = Math.ceil(headers / 2);
  return { requestTimeout: whole, http: { headersTimeout: headers, requestTimeout: whole, connectionsCheckingInterval } };
}
