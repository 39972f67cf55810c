import type { FastifyInstance } from "fastify";
import type { Access } from "./access.ts";
import { createMetrics, type MeasuredBus, type Metrics } from "./metrics.ts";

export interface MetricsRoutesOptions {
  readonly bus: MeasuredBus;
  /** Those that have counted from the beginning. Default: they begin to count with the first question. */
  readonly metrics?: Metrics | undefined;
  /** Lets in who has the scope `read`. Default: everybody. */
  readonly access?: Access | undefined;
}

/** `GET /metrics`: everything that is measured, in Prometheus' text format; see metrics-counters.ts and metrics-gauges.ts. */
export function metricsRoutes(app: FastifyInstance, { bus, metrics, access }: MetricsRoutesOptions): void {
  let made = metrics && Promise.resolve(metrics);
  app.get("/metrics", {
    onRequest: async (request, reply) => access?.admit(request, reply, "read"),
    handler: async (_request, reply) => {
      const { text, contentType } = await (made ??= createMetrics({ bus }));
      return reply.type(contentType).send(await text());
    },
  });
}
