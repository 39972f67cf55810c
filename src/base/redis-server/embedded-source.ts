import { messageOf } from "../errors.ts";
import type { SourceRequest, SourceResult } from "./source.ts";

/** A Redis written in JavaScript, inside this process. It is a development dependency only, so it may be missing. */
export async function fromEmbedded(request: SourceRequest): Promise<SourceResult> {
  try {
    const { createRedisMock } = await import("js-redis-server");
    const server = await createRedisMock({ port: request.port ?? 0 });
    request.say("No real Redis is to be had: an in-process one of JavaScript stands in. It is slow, and it keeps nothing when it stops.");
    return { source: "embedded", version: "7.0", port: server.port, stop: () => server.close() };
  } catch (error) {
    return `The in-process server cannot be used (${messageOf(error)}).`;
  }
}
