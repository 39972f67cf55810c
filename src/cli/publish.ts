import { text } from "node:stream/consumers";
import type { PublishOptions } from "../define/publish.ts";
import { byPerson } from "./by-person.ts";
import { withApplication } from "./folder-redis.ts";
import { UsageError } from "./usage-error.ts";

export interface PublishCommand extends Pick<PublishOptions, "idempotencyKey" | "key" | "correlationId"> {
  readonly example?: boolean;
  readonly json?: boolean;
}

/** Publishes one event: on the server that the call names, else to the Redis at REDIS_URL, or of the `busbar dev` that runs in this folder. */
export async function publish(topic: string, payload: string | undefined, { example, json, ...options }: PublishCommand): Promise<void> {
  if ((payload === undefined) === (example !== true))
    throw new UsageError("give either a payload (JSON, or - for standard input) or --example");
  const published = await withApplication(async (bus) =>
    example === true ? bus.testMessage(topic, { ...options, ...byPerson() }) : bus.publish(topic, await readPayload(payload!), options),
  );
  if (json === true) process.stdout.write(`${JSON.stringify(published)}\n`);
  else process.stdout.write(`${published.repeated ? "It was published before" : "Published"}: ${published.topic} ${published.id}\n`);
}

async function readPayload(payload: string): Promise<unknown> {
  const json = payload === "-" ? await text(process.stdin) : payload;
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new UsageError(`the payload is not JSON: ${(error as Error).message}`);
  }
}
