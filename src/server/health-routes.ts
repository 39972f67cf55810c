import type { FastifyInstance } from "fastify";
import { messageOf } from "../base/errors.ts";
import type { Bus } from "../bus/bus.ts";
import { within } from "../base/within.ts";

export interface HealthOptions {
  readonly bus: Pick<Bus, "ready">;
  /** True from the moment the server is told to stop. */
  readonly stopping: () => boolean;
}

/** A probe waits this long at most, milliseconds. */
const answerMs = 3_000;

/**
 * | path | answer |
 * |---|---|
 * | `/healthz` | 200 while the process answers: `{ status: "ok", uptimeSeconds }` |
 * | `/readyz` | 200 while all started roles work and Redis answers, else 503: `{ status: "ready" }` or `{ status: "not ready", reason }` |
 */
export function healthRoutes(app: FastifyInstance, { bus, stopping }: HealthOptions): void {
  app.get("/healthz", () => ({ status: "ok", uptimeSeconds: Math.round(process.uptime()) }));
  app.get("/readyz", async (_request, reply) => {
    const reason = await whyNotReady();
    if (reason === undefined) return { status: "ready" };
    return reply.code(503).send({ status: "not ready", reason });
  });

  async function whyNotReady(): Promise<string | undefined> {
    if (stopping()) return "the process is stopping";
    try {
      const ready = await within(answerMs, bus.ready());
      if (stopping()) return "the process is stopping";
      return ready ? undefined : "the bus is not started, a role of it has stopped working, or Redis does not answer";
    } catch (error) {
      return `the bus does not say whether it is ready: ${messageOf(error)}`;
    }
  }
}
