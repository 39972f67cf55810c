import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BusbarError } from "../base/errors.ts";
import { startRedisServer } from "../base/redis-server.ts";
import { endWithUs } from "./end-with-us.ts";

/** The variable that names a Redis which runs already. */
export const redisVariable = "BUSBAR_TEST_REDIS_URL";

export interface TestRedis {
  readonly url: string;
  /** Lets go of it; a Redis of our own ends when its last user has. Twice is fine. */
  release(): Promise<void>;
}

/**
 * Starts a Redis with its data in a temporary folder. It ends with this process, however that does.
 * @param say takes lines for people: what is tried, and progress
 * @throws BusbarError `REDIS_UNREACHABLE` with everything that was tried
 */
export async function startTemporaryRedis(say: (line: string) => void = () => undefined): Promise<TestRedis> {
  const dataFolder = await mkdtemp(join(tmpdir(), "busbar-test-"));
  const server = await startRedisServer({ dataFolder, say }).catch(async (error: unknown) => {
    await rm(dataFolder, { recursive: true, force: true });
    if (!(error instanceof BusbarError) || error.code !== "REDIS_UNREACHABLE") throw error;
    throw new BusbarError(
      "REDIS_UNREACHABLE",
      `Test buses need a real Redis, and there is none to be had. Install redis-server (7.0 or later), or name one in ${redisVariable}. What was tried:`,
      { problems: error.problems, cause: error },
    );
  });
  const ended = server.pid === undefined ? () => undefined : endWithUs(server.pid, dataFolder);
  let released: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await server.stop();
    ended();
    await rm(dataFolder, { recursive: true, force: true });
  };
  return { url: server.url, release: () => (released ??= stop()) };
}

let shared: Promise<TestRedis> | undefined;
let users = 0;

/**
 * The Redis of a test bus: the one that is given, else the one of `BUSBAR_TEST_REDIS_URL`, else one that all test buses of this
 * process share.
 * @throws BusbarError `REDIS_UNREACHABLE` with everything that was tried
 */
export async function redisForTests(given: string | undefined): Promise<TestRedis> {
  const url = given ?? process.env[redisVariable];
  if (url !== undefined && url !== "") return { url, release: async () => undefined };
  users += 1;
  const server = (shared ??= startTemporaryRedis());
  let released: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    users -= 1;
    if (users > 0) return;
    shared = undefined;
    await (await server).release();
  };
  try {
    return { url: (await server).url, release: () => (released ??= release()) };
  } catch (error) {
    users -= 1;
    shared = undefined;
    throw error;
  }
}
