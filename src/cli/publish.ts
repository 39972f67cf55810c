import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { silentLogger } from "../base/logger.ts";
import type { PublishOptions } from "../define/publish.ts";
import { loadApplication } from "./application.ts";
import { UsageError } from "./usage-error.ts";

export interface PublishCommand extends Pick<PublishOptions, "idempotencyKey" | "key" | "correlationId"> {
  readonly example?: boolean;
  readonly json?: boolean;
}

/** Publishes one event to the Redis at REDIS_URL, else to the one of the `busbar dev` that runs in this folder. */
export async function publish(topic: string, payload: string | undefined, { example, json, ...options }: PublishCommand): Promise<void> {
  if ((payload === undefined) === (example !== true))
    throw new UsageError("give either a payload (JSON, or - for standard input) or --example");
  const devRedis = await redisOfDev();
  const { bus } = await loadApplication({
    logger: silentLogger,
    adjust: (environment) => ({ ...environment, redis: environment.redis ?? devRedis }),
  });
  try {
    await bus.connect();
    const published = await bus.publish(topic, example === true ? bus.example(topic) : await readPayload(payload!), options);
    if (json === true) process.stdout.write(`${JSON.stringify(published)}\n`);
    else process.stdout.write(`${published.repeated ? "It was published before" : "Published"}: ${published.topic} ${published.id}\n`);
  } finally {
    await bus.stop();
  }
}

async function readPayload(payload: string): Promise<unknown> {
  const json = payload === "-" ? await text(process.stdin) : payload;
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new UsageError(`the payload is not JSON: ${(error as Error).message}`);
  }
}

async function redisOfDev(): Promise<string | undefined> {
  try {
    const { port } = JSON.parse(await readFile(join(".busbar", "redis", "server.json"), "utf8")) as { port: number };
    return `redis://127.0.0.1:${port}`;
  } catch {
    // No `dev` runs in this folder: the default address is tried.
    return undefined;
  }
}
