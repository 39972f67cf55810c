import type { Bus } from "../bus/bus.ts";
import type { Role } from "../bus/roles.ts";
import type { Environment } from "../bus/environment/environment.ts";
import { logLevelOf } from "../bus/environment/environment-variables.ts";
import type { Logger } from "../base/logger.ts";
import { createMetrics } from "../server/metrics.ts";
import { startProbes } from "../server/probes.ts";
import { startServer } from "../server/server.ts";
import { loadApplication } from "./application.ts";
import { numberArgument } from "./arguments.ts";
import { leftOutText } from "./dev-keys.ts";
import { createLogger } from "./logger.ts";
import { tellStatistics } from "./statistics.ts";
import { firstSignal, untilSignal } from "./until-signal.ts";
import { reportStrayRejections } from "./stray-rejections.ts";
import { tellUnexpectedEnd } from "./unexpected-end.ts";
import { UsageError } from "./usage-error.ts";

const roles = ["router", "workers", "relay", "server"] as const;

export interface StartCommand {
  /** Some of the roles. Default: all, the relay where it has a database. */
  readonly only?: readonly string[];
  /** Where a process without the HTTP server answers probes; wins over `WORKER_HEALTH_CHECK_PORT`. */
  readonly healthPort?: string;
}

/** The service, for production: it logs, and it stops cleanly on SIGTERM. */
export async function start({ only: asked, healthPort }: StartCommand): Promise<void> {
  const unknown = asked?.filter((role) => !(roles as readonly string[]).includes(role)) ?? [];
  if (unknown.length > 0 || asked?.length === 0)
    throw new UsageError(`--only takes some of ${roles.join(",")}; it does not know "${unknown.join(", ")}"`);
  const askedPort = healthPort === undefined ? undefined : numberArgument("--health-port", healthPort, { least: 1, most: 65_535 });
  if (askedPort !== undefined && (asked ?? roles).includes("server"))
    throw new UsageError("--health-port is for a process without the role server, which answers the same at PORT");

  const signal = firstSignal();
  const logger = createLogger(logLevelOf(process.env));
  const { bus, environment, place, publicUrl } = await loadApplication({ logger });
  const only: readonly string[] = asked ?? roles.filter((role) => role !== "relay" || bus.outbox !== undefined);
  logFacts(bus, logger);
  for (const warning of environment.warnings) logger.warn({}, warning);
  const leftOut = await leftOutText(environment.keys);
  if (leftOut !== undefined) logger.warn({}, leftOut);
  reportStrayRejections((line) => logger.error({}, line));
  const ending = tellUnexpectedEnd();
  const busRoles = only.filter((role): role is Role => role !== "server");
  const probesPort = only.includes("server") ? undefined : (askedPort ?? environment.healthPort);
  let server: Awaited<ReturnType<typeof startServer>> | undefined;
  let probes: Awaited<ReturnType<typeof startProbes>> | undefined;
  let stopping = false;
  try {
    // They count from the first event on.
    const metrics = only.includes("server") || probesPort !== undefined ? await createMetrics({ bus, logger }) : undefined;
    if (probesPort !== undefined) {
      // It answers while the rest starts: not ready, and alive.
      probes = await startProbes({ bus, port: probesPort, host: environment.host, metrics, stopping: () => stopping, logger });
      logger.info({ url: probes.url }, "the probes answer");
    }
    await bus.start({ only: busRoles });
    if (only.includes("server")) {
      const { host, port = 4_000, drain, send } = environment;
      const where = { host, port, drain, keys: place, live: send.live, publicUrl };
      server = await startServer({ bus, ...where, ...(metrics === undefined ? {} : { metrics }), logger });
      logger.info({ url: server.url }, "the HTTP server listens");
    }
    if (only.includes("workers")) await warnWithoutMailroom(environment, logger);
  } catch (error) {
    ending.expected();
    await probes?.stop();
    await bus.stop();
    throw error;
  }
  logger.info({ roles: only, application: "busbar" }, "started");
  const statistics = tellStatistics({
    bus,
    tell: (line, fields) => logger.info(fields, line),
    logger,
    // Figures of a system in which nothing happens are not worth what they cost.
    ...(environment.profile === "economy" ? { atLeast: Infinity } : {}),
  });

  await untilSignal(signal, async (name) => {
    stopping = true;
    ending.expected();
    statistics.stop();
    logger.info({ signal: name }, "stopping: finishing what is under way");
    await server?.stop();
    await bus.stop();
    await probes?.stop();
    logger.info({}, "stopped");
  });
}

/** Addresses and payloads stay out of the log: ids are enough to look the rest up. */
function logFacts(bus: Bus, logger: Logger): void {
  bus.on("sent", ({ delivery, provider, milliseconds }) =>
    logger.debug({ delivery: delivery.id, subscriber: delivery.subscriber, provider, milliseconds }, "sent"),
  );
  bus.on("held", ({ delivery, reason }) =>
    logger.warn({ delivery: delivery.id, subscriber: delivery.subscriber, reason }, "held: it may have been sent, and is not sent again"),
  );
  bus.on("retrying", ({ delivery, reason, after }) =>
    logger.info({ delivery: delivery.id, subscriber: delivery.subscriber, reason, after }, "retrying"),
  );
  bus.on("dead", ({ delivery, reason }) => logger.warn({ delivery: delivery.id, subscriber: delivery.subscriber, reason }, "dead letter"));
  bus.on("expired", ({ delivery, reason }) =>
    logger.warn({ delivery: delivery.id, subscriber: delivery.subscriber, reason }, "expired: it was not sent"),
  );
  bus.on("doubtful", ({ delivery, reason }) =>
    logger.warn({ delivery: delivery.id, subscriber: delivery.subscriber, reason }, "may arrive twice"),
  );
  bus.on("gap", (fact) => logger.error(fact, "a subscriber never got to see some events"));
}

async function warnWithoutMailroom({ send }: Environment, logger: Logger): Promise<void> {
  if (send.live) return;
  const url = send.mailroom.url;
  const answers = await fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );
  const advice = answers
    ? "messages go to the mailroom"
    : "and no mailroom answers: start one with `busbar mailroom`, or set BUSBAR_SEND=live and provider keys";
  logger.warn({ mailroom: url }, `real sending is off (BUSBAR_SEND is not live); ${advice}`);
}
