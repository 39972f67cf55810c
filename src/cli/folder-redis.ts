import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../base/logger.ts";
import type { Bus } from "../bus/bus.ts";
import { loadApplication } from "./application.ts";

/** The application, connected to the Redis at REDIS_URL, else to that of the `busbar dev` that runs in this folder; stopped after the work. */
export async function withApplication<Result>(work: (bus: Bus) => Promise<Result>): Promise<Result> {
  const devRedis = await redisOfDev();
  const { bus } = await loadApplication({
    logger: silentLogger,
    adjust: (environment) => ({ ...environment, redis: environment.redis ?? devRedis }),
  });
  try {
    await bus.connect();
    return await work(bus);
  } finally {
    await bus.stop();
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
