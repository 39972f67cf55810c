import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BusbarError } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { maskUrl } from "../base/redis-address.ts";
import { type Bus, createBus } from "../bus/bus.ts";
import { guardLoading } from "../bus/load/load-guard.ts";
import { keysOfDev } from "./dev-keys.ts";
import { applicationToLook, type ApplicationOptions, loadApplication, type Place } from "./application.ts";
import type { OperatedBus } from "./operated-bus.ts";
import { chosenServer } from "./remote/chosen-server.ts";
import { soundParts, tellLeftOut } from "./sound-parts.ts";

/** A person who calls a command hears within three seconds that Redis does not answer; one far away is given this much at least. */
const [tellAfterMs, leastMs] = [2_700, 1_500];

/** What is looked at and operated: the bus of the server that the call names, else that of the application in this folder; see {@link withOwnApplication}. */
export async function withApplication<Result>(work: (bus: OperatedBus) => Promise<Result>): Promise<Result> {
  const server = chosenServer();
  if (server === undefined) return withOwnApplication(work);
  const [{ remoteBus }, { serverApi }] = await Promise.all([import("./remote/remote-bus.ts"), import("./remote/server-api.ts")]);
  return work(remoteBus(serverApi(server)));
}

/**
 * The same for work that only looks. What of this folder has errors is left out and named on standard error, and the exit code is 1, as
 * that of `ls` is: a file that has nothing to do with the question keeps nobody from an answer.
 * @param work is done again where it met with a broken file, so that it prints at its end
 */
export async function lookAtApplication<Result>(work: (bus: OperatedBus) => Promise<Result>): Promise<Result> {
  return chosenServer() === undefined ? lookAtOwnApplication(work) : withApplication(work);
}

/** The same for what no server does. */
export async function lookAtOwnApplication<Result>(work: (bus: Bus) => Promise<Result>): Promise<Result> {
  const { bus, place, options, left } = await applicationToLook(await ofThisFolder());
  const missing = [...left];
  // What a file begins while it is loaded may fail a little later.
  const guard = guardLoading();
  try {
    return await connectedWork(bus, place, work).catch(async (error: unknown) => {
      if (!(error instanceof BusbarError && error.code === "INVALID_DEFINITION")) throw error;
      const sound = await soundParts(options);
      if (sound.problems.length === 0) throw error;
      missing.push(...sound.problems);
      return connectedWork(createBus(sound.options), place, work);
    });
  } finally {
    tellLeftOut([...missing, ...guard.release()]);
  }
}

/** The application, connected to the Redis at REDIS_URL, else to that of the `busbar dev` that runs in this folder; stopped after the work. */
export async function withOwnApplication<Result>(work: (bus: Bus, place: Place) => Promise<Result>): Promise<Result> {
  const { bus, place } = await loadApplication(await ofThisFolder());
  return connectedWork(bus, place, work);
}

async function ofThisFolder(): Promise<ApplicationOptions> {
  const [devRedis, devKeys] = await Promise.all([redisOfDev(), keysOfDev()]);
  return { logger: silentLogger, adjust: (read) => ({ ...read, redis: read.redis ?? devRedis, keys: read.keys ?? devKeys }) };
}

async function connectedWork<Result>(bus: Bus, place: Place, work: (bus: Bus, place: Place) => Promise<Result>): Promise<Result> {
  try {
    await connectSoon(bus, place.redis);
    return await work(bus, place);
  } finally {
    await bus.stop();
  }
}

/** A machine that swallows what it is sent would hold a connection up for longer. */
async function connectSoon(bus: Bus, url: string): Promise<void> {
  // `performance.now` counts from the beginning of the process.
  const patience = Math.max(leastMs, tellAfterMs - performance.now());
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `No Redis answers at ${maskUrl(url)} within ${(patience / 1_000).toFixed(1)} s. Start it, or correct REDIS_URL.`;
      reject(new BusbarError("REDIS_UNREACHABLE", message));
    }, patience);
  });
  try {
    await Promise.race([bus.connect(), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** The address of the Redis that a `busbar dev` of this folder runs, or has run. */
export async function redisOfDev(): Promise<string | undefined> {
  try {
    const { port } = JSON.parse(await readFile(join(".busbar", "redis", "server.json"), "utf8")) as { port: number };
    return `redis://127.0.0.1:${port}`;
  } catch {
    // No `dev` runs in this folder: the default address is tried.
    return undefined;
  }
}
