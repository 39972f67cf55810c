import type { FastifyInstance } from "fastify";
import type { Logger } from "../base/logger.ts";
import type { Access } from "./access.ts";
import { eventStreams } from "./event-streams.ts";
import type { KeyControl } from "./key-control.ts";
import { addOperation } from "./operation.ts";
import { allOperations } from "./operations.ts";
import { publishRoutes } from "./publish-routes.ts";
import type { ServedBus } from "./served-bus.ts";

export interface ApiOptions {
  readonly bus: ServedBus;
  readonly access: Access;
  readonly keys: KeyControl;
  /** Messages really leave. */
  readonly live: boolean;
  readonly logger: Logger;
}

/** Everything under `/v1`. */
export function apiRoutes(app: FastifyInstance, { bus, access, keys, live, logger }: ApiOptions): void {
  publishRoutes(app, { bus, access, logger });
  const streams = eventStreams(app);
  for (const operation of allOperations(bus, { live, keys })) addOperation(app, { operation, access, streams, logger });
}
