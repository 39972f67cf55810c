import fastify from "fastify";
import { messageOf } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import type { WatchedBus } from "../dashboard/feed.ts";
import type { Inbox } from "../mailroom/inbox.ts";
import { guard, problem } from "./guard.ts";
import { healthRoutes } from "./health-routes.ts";
import { checkListenOptions, listen } from "./listen.ts";
import { messageRoutes } from "./message-routes.ts";
import { pageRoutes } from "./page-routes.ts";

export interface ServerOptions {
  readonly bus: WatchedBus;
  /** The inbox of a mailroom in this process. Without one the page shows no messages. */
  readonly inbox?: Inbox | undefined;
  /** Default 4000; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1. Anything but loopback is refused. */
  readonly host?: string;
  /** When the port is taken, take the next free one, up to 20 further. Default false. */
  readonly tryNextPort?: boolean;
  readonly logger?: Logger;
}

export interface Server {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Is not ready from this moment on, gives requests under way half a second to finish, and ends all connections. Twice is fine.
   * It does not stop the bus.
   */
  stop(): Promise<void>;
}

const defaultPort = 4_000;
/** Requests under way at a stop may take this long, milliseconds. */
const stopMs = 500;
const bodyBytes = 1_024;
const requestMs = 10_000;

/**
 * Starts the HTTP server on loopback: the page, its feed, and the probes.
 * @throws BusbarError `INVALID_CONFIGURATION`, or `PORT_IN_USE`; nothing is running then
 */
export async function startServer({ bus, inbox, logger = silentLogger, ...where }: ServerOptions): Promise<Server> {
  const { host = "127.0.0.1", port = defaultPort, tryNextPort = false } = where;
  checkListenOptions({ host, port, tryNextPort });
  let stopped: Promise<void> | undefined;

  const app = fastify({ bodyLimit: bodyBytes, requestTimeout: requestMs, forceCloseConnections: "idle", exposeHeadRoutes: false });
  guard(app);
  app.setErrorHandler((error: { statusCode?: number } & Error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(problem("BAD_REQUEST", error.message));
    logger.error({ path: request.url, error: messageOf(error) }, "a request failed");
    return reply.code(500).send(problem("INTERNAL_ERROR", "This request failed; the log of the process says why."));
  });
  healthRoutes(app, { bus, stopping: () => stopped !== undefined });
  pageRoutes(app, { bus, inbox, logger });
  messageRoutes(app, { inbox });

  // Browsers hold connections open for more than a minute: idle ones end at once, busy ones after their answer, all at the deadline.
  const close = async (): Promise<void> => {
    const timer = setTimeout(() => app.server.closeAllConnections(), stopMs);
    await app.close();
    clearTimeout(timer);
  };

  try {
    const url = await listen(app, { host, port, tryNextPort });
    return { url, stop: () => (stopped ??= close()) };
  } catch (error) {
    await app.close();
    throw error;
  }
}
