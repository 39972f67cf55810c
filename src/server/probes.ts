import fastify from "fastify";
import { type Logger, silentLogger } from "../base/logger.ts";
import type { Bus } from "../bus/bus.ts";
import { isLoopback } from "../providers/loopback.ts";
import { guard } from "./guard.ts";
import { healthRoutes } from "./health-routes.ts";
import { listen } from "./listen.ts";
import type { MeasuredBus, Metrics } from "./metrics.ts";
import { metricsRoutes } from "./metrics-routes.ts";
import { answerUnknown } from "./not-found.ts";
import { answerErrors, protocolErrors } from "./protocol-errors.ts";
import { requestIds } from "./request-id.ts";
import { endAfterUpgrade } from "./upgrades.ts";

export interface ProbesOptions {
  readonly bus: MeasuredBus & Pick<Bus, "ready">;
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. On another one, whoever reaches the port can read these three without a key: they hold names and figures alone. */
  readonly host?: string | undefined;
  readonly metrics?: Metrics | undefined;
  /** True from the moment the process is told to stop: `/readyz` says so while what is under way is finished. */
  readonly stopping: () => boolean;
  readonly logger?: Logger;
}

export interface Probes {
  readonly url: string;
  /** Ends at once. Twice is fine. */
  stop(): Promise<void>;
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` for a process without the HTTP server.
 * @throws BusbarError `PORT_IN_USE`, or `INVALID_CONFIGURATION`; nothing is running then
 */
export async function startProbes({
  bus,
  port,
  host = "127.0.0.1",
  metrics,
  stopping,
  logger = silentLogger,
}: ProbesOptions): Promise<Probes> {
  const app = fastify({ forceCloseConnections: true, exposeHeadRoutes: true, return503OnClosing: false, ...protocolErrors, ...requestIds });
  endAfterUpgrade(app.server);
  guard(app, { local: isLoopback(host), stopping });
  answerErrors(app, logger);
  answerUnknown(app, { hint: "This port serves /healthz, /readyz and /metrics." });
  healthRoutes(app, { bus, stopping });
  metricsRoutes(app, { bus, metrics });
  const url = await listen(app, { host, port, tryNextPort: false, variable: "WORKER_HEALTH_CHECK_PORT" });
  return { url, stop: () => app.close() };
}
