import fastify, { type FastifyInstance } from "fastify";
import { systemClock } from "../base/clock.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import type { Callbacks } from "../mailroom/callbacks.ts";
import type { Faults } from "../mailroom/faults.ts";
import type { Inbox } from "../mailroom/inbox.ts";
import { isLoopback } from "../providers/loopback.ts";
import { apiRoutes } from "./api-routes.ts";
import { keyAccess } from "./access.ts";
import { boardRoutes } from "./board-routes.ts";
import { takeBodiesAsBytes } from "./body.ts";
import { callbackPath, callbackRoutes } from "./callback-routes.ts";
import { faultRoutes } from "./fault-routes.ts";
import { guard } from "./guard.ts";
import { healthRoutes } from "./health-routes.ts";
import { type KeyPlace, type KeyStore, keyStore } from "./key-store.ts";
import { checkKeysExist, checkListenOptions, listen } from "./listen.ts";
import { messageRoutes } from "./message-routes.ts";
import type { Metrics } from "./metrics.ts";
import { metricsRoutes } from "./metrics-routes.ts";
import { answerUnknown } from "./not-found.ts";
import { openApiRoutes } from "./open-api-routes.ts";
import { pageRoutes } from "./page-routes.ts";
import { answerErrors, protocolErrors } from "./protocol-errors.ts";
import { readerRoutes } from "./reader-routes.ts";
import { requestIds } from "./request-id.ts";
import { requestTimes, timeLimits } from "./request-times.ts";
import type { ServedBus } from "./served-bus.ts";
import { limitUnderWay } from "./under-way.ts";
import { unusedConnections } from "./unused-connections.ts";
import { endAfterUpgrade } from "./upgrades.ts";

export interface ServerOptions {
  readonly bus: ServedBus;
  /** Where the API keys are. Without it there is no API: the page and the probes alone. */
  readonly keys?: KeyPlace;
  /** A request without a key may do everything; on loopback only, for `dev`. Default false. */
  readonly open?: boolean;
  /** Messages really leave, so that no test message is sent. Default true. */
  readonly live?: boolean;
  /** The address by which the world reaches this server, where it is not its own. Providers call back there. */
  readonly publicUrl?: string | undefined;
  /** The inbox of a mailroom in this process. Without one the page shows no messages. */
  readonly inbox?: Inbox | undefined;
  /** What the vendors of that mailroom tell later. Without it the page has no buttons for that. */
  readonly callbacks?: Callbacks | undefined;
  /** The faults of that mailroom. Without them the page has no switches for any. */
  readonly faults?: Faults | undefined;
  /** Those that have counted from the beginning. Default: they begin to count with the first `GET /metrics`. */
  readonly metrics?: Metrics;
  /** Default 4000; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1. On any other than loopback there must be an API key, and page, feed and inbox are not served. */
  readonly host?: string | undefined;
  /** When the port is taken, take the next free one, up to 20 further. Default false. */
  readonly tryNextPort?: boolean;
  /** So many milliseconds from a stop on, requests are still taken while `/readyz` says that none should come. Default 0. */
  readonly drain?: number;
  readonly logger?: Logger;
}

export interface Server {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Is not ready from this moment on, takes requests for the time of `drain`, gives those under way 5 s to finish, and ends all
   * connections. Twice is fine. It does not stop the bus, which has to live until this resolves.
   */
  stop(): Promise<void>;
}

const defaultPort = 4_000;
/** Requests under way at a stop may take this long, milliseconds: longer than a publish may take. */
const stopMs = 5_000;
const bodyBytes = 512 * 1_024;
/** Characters of an id or a key in an address. */
const longestParameter = 600;

/**
 * Starts the HTTP server: the API, the probes, and on loopback the page.
 * @throws BusbarError `INVALID_CONFIGURATION`, or `PORT_IN_USE`; nothing is running then
 */
export async function startServer({ logger = silentLogger, ...options }: ServerOptions): Promise<Server> {
  const { keys: place, open = false, drain = 0, host = "127.0.0.1", port = defaultPort, tryNextPort = false } = options;
  checkListenOptions({ host, port, tryNextPort }, { open, keys: place !== undefined });
  const store = place && keyStore(place, logger);
  let stopped: Promise<void> | undefined;

  const app = fastify({
    bodyLimit: bodyBytes,
    ...timeLimits(requestTimes),
    forceCloseConnections: "idle",
    exposeHeadRoutes: true,
    // The bus lives until the server has ended: what still comes in is answered.
    return503OnClosing: false,
    routerOptions: { maxParamLength: longestParameter },
    ...protocolErrors,
    ...requestIds,
  });
  const endUnused = unusedConnections(app.server);
  endAfterUpgrade(app.server);
  addRoutes(app, { ...options, open, local: isLoopback(host), store, logger, stopping: () => stopped !== undefined });

  // Browsers hold connections open for more than a minute: idle ones end at once, busy ones after their answer, all at the deadline.
  const close = async (): Promise<void> => {
    if (drain > 0) await pause(drain);
    const timer = setTimeout(() => app.server.closeAllConnections(), stopMs);
    const closed = app.close();
    endUnused();
    await closed;
    clearTimeout(timer);
    await store?.close();
  };

  try {
    if (store !== undefined && !isLoopback(host)) checkKeysExist(host, await store.keys.list(), systemClock.now());
    const url = await listen(app, { host, port, tryNextPort });
    return { url, stop: () => (stopped ??= close()) };
  } catch (error) {
    await app.close();
    await store?.close();
    throw error;
  }
}

interface RoutesOptions extends Omit<ServerOptions, "logger" | "open"> {
  readonly logger: Logger;
  readonly open: boolean;
  readonly local: boolean;
  readonly store: KeyStore | undefined;
  readonly stopping: () => boolean;
}

function addRoutes(app: FastifyInstance, options: RoutesOptions): void {
  const { bus, keys, inbox, callbacks, faults, live = true, metrics, publicUrl, logger, open, local, store, stopping } = options;
  const access = store && keyAccess({ ...store, open });
  guard(app, {
    local,
    stopping,
    published: publicUrl === undefined ? undefined : { host: new URL(publicUrl).host, paths: [callbackPath] },
  });
  limitUnderWay(app, { logger });
  takeBodiesAsBytes(app);
  answerErrors(app, logger);
  answerUnknown(app, { hint: local ? undefined : "The page, its feed and the inbox are served on loopback only." });
  healthRoutes(app, { bus, stopping });
  metricsRoutes(app, { bus, metrics, access: local ? undefined : access });
  readerRoutes(app, { bus, local, logger });
  callbackRoutes(app, { bus, logger });
  if (access !== undefined && store !== undefined && keys !== undefined) {
    apiRoutes(app, { bus, keys: store.control, live, logger, access });
    const described = { application: keys.application, keys: store.control, live, open, publicUrl };
    openApiRoutes(app, { bus, ...described, access: local ? undefined : access });
    boardRoutes(app, { bus, place: keys, publicUrl, logger, access });
  }
  if (!local) return;
  pageRoutes(app, { bus, inbox, callbacks, faults, live, open: open && keys !== undefined, logger });
  if (inbox !== undefined) messageRoutes(app, { inbox, callbacks });
  if (faults !== undefined) faultRoutes(app, { faults });
}
