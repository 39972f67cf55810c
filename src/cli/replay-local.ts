import { messageOf } from "../base/errors.ts";
import type { Bus } from "../bus/bus.ts";
import type { LocalDelivery, LocalRun } from "../bus/replay/local.ts";
import type { BusEvent } from "../define/event.ts";
import { loadApplication } from "./application.ts";
import { countOf } from "./figures.ts";
import { withApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { fieldLines } from "./replay-lines.ts";
import { terminalLogger } from "./terminal-logger.ts";
import { UsageError } from "./usage-error.ts";
import { oneLine, visibleJson, visibleLines } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

export interface LocalCommand {
  readonly subscriber: string;
  readonly route: readonly string[];
  readonly redis?: string;
  readonly url?: string;
  readonly mask?: boolean;
  readonly json?: boolean;
}

/** Runs one event through one subscriber in this process. Exit code 1 where something of it went wrong. */
export async function replayLocal(id: string, command: LocalCommand): Promise<void> {
  const { subscriber, route, redis, url, json } = command;
  if (redis !== undefined && url !== undefined) throw new UsageError("--redis and --url: the event comes from one of them");
  const routes = route.length === 0 ? undefined : route;
  const mask = command.mask === true || redis !== undefined || url !== undefined;
  const run = async (bus: Bus, event: string | BusEvent): Promise<void> => {
    const result = await bus.replays.local({ event, subscriber, routes, mask });
    if (json === true) printJson(result);
    else print(...localLines(result));
    if (result.deliveries.some(({ problem }) => problem !== undefined)) process.exitCode = 1;
  };
  await asTyped(async () => {
    if (redis === undefined && url === undefined) return withApplication((bus) => run(bus, id));
    const event = url === undefined ? id : await eventFrom(url, id);
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

async function eventFrom(address: string, id: string): Promise<BusEvent> {
  const place = URL.parse(`/v1/events/${encodeURIComponent(id)}`, address);
  if (place === null)
    throw new UsageError(`--url takes the address of a server, such as https://shop.example.com, not ${JSON.stringify(address)}`);
  const key = process.env["BUSBAR_API_KEY"];
  const answer = await fetch(place, {
    headers: key === undefined || key === "" ? {} : { authorization: `Bearer ${key}` },
    redirect: "error",
  }).catch((error: unknown) => {
    throw new UsageError(`--url: ${place.origin} does not answer: ${messageOf(error)}`);
  });
  const body = (await answer.json().catch(() => ({}))) as { readonly event?: BusEvent; readonly detail?: string };
  if (answer.ok && body.event !== undefined) return body.event;
  throw new UsageError(`--url: ${place.origin} answered ${answer.status}${body.detail === undefined ? "" : `: ${body.detail}`}`);
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
