import type { Bus } from "../bus/bus.ts";
import type { LocalDelivery, LocalRun } from "../bus/replay/local.ts";
import type { BusEvent } from "../define/event.ts";
import { loadApplication } from "./application.ts";
import { countOf } from "./figures.ts";
import { withOwnApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { chosenServer } from "./remote/chosen-server.ts";
import { remoteInspector } from "./remote/remote-inspector.ts";
import { serverApi } from "./remote/server-api.ts";
import type { ServerPlace } from "./remote/server-place.ts";
import { fieldLines } from "./replay-lines.ts";
import { type ShowPii, viewOf } from "./show-pii.ts";
import { terminalLogger } from "./terminal-logger.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine, visibleJson, visibleLines } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

export interface LocalCommand extends ShowPii {
  readonly subscriber: string;
  readonly route: readonly string[];
  readonly redis?: string;
  readonly url?: string;
  readonly mask?: boolean;
  readonly json?: boolean;
}

/** Runs one event through one subscriber in this process. Exit code 1 where something of it went wrong. */
export async function replayLocal(id: string, command: LocalCommand): Promise<void> {
  const { subscriber, route, redis, json } = command;
  if (redis !== undefined && command.url !== undefined) throw new UsageError("--redis and --url: the event comes from one of them");
  const routes = route.length === 0 ? undefined : route;
  const server = redis === undefined ? chosenServer() : undefined;
  const mask = command.mask === true || redis !== undefined || server !== undefined;
  const view = viewOf(command);
  if (mask && view.showPii !== undefined)
    throw new UsageError("--show-pii: with --redis, --url or --mask the event has other people in it, and is shown with them");
  const run = async (bus: Bus, event: string | BusEvent): Promise<void> => {
    const result = await bus.replays.local({ event, subscriber, routes, mask, ...view });
    if (json === true) printJson(result);
    else print(...localLines(result));
    if (result.deliveries.some(({ problem }) => problem !== undefined)) process.exitCode = 1;
  };
  await asTyped(async () => {
    if (redis === undefined && server === undefined) return withOwnApplication((bus) => run(bus, id));
    const event = server === undefined ? id : await eventFrom(server, id);
    const { bus } = await loadApplication({
      logger: terminalLogger((line) => void process.stderr.write(`${line}\n`)),
      adjust: (read) => (redis === undefined ? read : { ...read, redis: withoutPassword(redis) }),
    });
    try {
      await run(bus, event);
    } finally {
      await bus.stop();
    }
  });
}

/** What stands in arguments, everybody on the machine can read. */
function withoutPassword(address: string): string {
  if (URL.parse(address)?.password)
    throw new UsageError(
      "--redis: the address has a password, which does not belong into arguments: put it into REDIS_URL, and say --mask",
    );
  return address;
}

async function eventFrom(server: ServerPlace, id: string): Promise<BusEvent> {
  const found = await remoteInspector(serverApi(server)).trace(id);
  if (found !== undefined) return found.event;
  throw new UsageError(`${server.url} keeps no event, delivery or idempotency key ${JSON.stringify(id)}`);
}

/** What one subscriber makes of one event, for people. Pure. */
export function localLines({ event, subscriber, skipped, deliveries }: LocalRun): string[] {
  return [
    oneLine(`${event.type} ${event.id} through ${subscriber}: ${countOf(deliveries.length, "delivery", "deliveries")}, nothing was sent`),
    ...skipped.map(({ route, reason }) => `  ${oneLine(`${route} skipped: ${reason}`)}`),
    ...deliveries.flatMap(deliveryLines),
  ];
}

function deliveryLines({ route, channel, to, rendered = {}, problem, published = [], progress }: LocalDelivery): string[] {
  return [
    `  ${oneLine(`${route === channel ? channel : `${channel} (${route})`} → ${to}${channel === "handler" && problem === undefined ? ": returned" : ""}`)}`,
    ...fieldLines(rendered).map((line) => `    ${line}`),
    ...(progress === undefined ? [] : [`    ${oneLine(`progress ${visibleJson(progress)}`)}`]),
    ...published.map(({ topic, payload }) => `    ${oneLine(`would publish ${topic} ${visibleJson(payload)}`)}`),
    ...(problem === undefined ? [] : visibleLines(problem).map((line) => `    ${line}`)),
  ];
}
