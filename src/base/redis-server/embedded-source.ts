import { messageOf } from "../errors.ts";
import type { SourceRequest, SourceResult } from "./source.ts";

/** A Redis written in JavaScript, inside this process. A clone has it for its development; who installs busbar as a package has not. */
export async function fromEmbedded(request: SourceRequest): Promise<SourceResult> {
  try {
    const { createRedisMock } = await import("js-redis-server");
    const server = await createRedisMock({ port: request.port ?? 0 });
    request.say("No real Redis is to be had: an in-process one of JavaScript stands in. It is slow, and it keeps nothing when it stops.");
    return { source: "embedded", version: "7.0", port: server.port, stop: () => server.close() };
  } catch (error) {
    if (isNotInstalled(error)) return "The in-process stand-in of JavaScript comes with a clone of busbar only.";
    return `The in-process server cannot be used (${messageOf(error)}).`;
  }
}

function isNotInstalled(error: unknown): boolean {
  return (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND" && messageOf(error).includes("js-redis-server");
}
