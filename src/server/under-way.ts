import type { FastifyInstance } from "fastify";
import type { Logger } from "../base/logger.ts";
import { HttpProblem } from "./problem.ts";

export interface UnderWayOptions {
  /** Requests that are worked on at once; more are refused at once. Default 1,000. */
  readonly most?: number;
  readonly logger: Logger;
  readonly now?: () => number;
}

/** Always answered, so that a process that has much to do is not taken for a dead one. */
const probes: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);
/** Milliseconds in which it is told once. */
const quietMs = 10_000;

/**
 * Refuses what comes while a thousand requests are under way, before anything is done for it: each holds its body and a place in
 * the queue of Redis, and a process that takes all that comes answers none of it in time. Call it before the routes are added.
 */
export function limitUnderWay(
  app: FastifyInstance,
  { most = 1_000, logger, now = performance.now.bind(performance) }: UnderWayOptions,
): void {
  let underWay = 0;
  let refused = 0;
  let toldAt = -Infinity;
  const tell = (): void => {
    refused += 1;
    if (now() - toldAt < quietMs) return;
    logger.warn({ underWay, refused }, "requests are refused, because too many are under way");
    toldAt = now();
    refused = 0;
  };

  app.addHook("onRequest", (request, reply, done) => {
    if (probes.has(request.url.split("?")[0]!)) return done();
    if (underWay >= most) {
      tell();
      return done(
        new HttpProblem("RATE_LIMITED", `This process has ${most} requests under way. Try again in 1 s.`, {
          headers: { "retry-after": "1" },
        }),
      );
    }
    underWay += 1;
    // Once for each answer, whether it was sent or cut off.
    reply.raw.once("close", () => (underWay -= 1));
    done();
  });
}
