import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { TestProject } from "vitest/node";
import { shortHash } from "../../src/base/ids.ts";
import { startRedisServer } from "../../src/base/redis-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The one Redis of this test run. Test files ask `testRedis()` for it, which also cleans up after them. */
    redisUrl: string;
    /** What the names of the run's Redis users begin with; each vitest worker has a user of its own. */
    redisUserPrefix: string;
  }
}

/** Starts one Redis for the whole run in a temporary folder; `BUSBAR_TEST_REDIS_URL` names another one to use. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["BUSBAR_TEST_REDIS_URL"];
  const server = given === undefined || given === "" ? await startTemporaryServer() : { url: given, stop: async () => undefined };
  const redisUserPrefix = `test-${shortHash(`${process.pid} ${Date.now()}`).slice(0, 8)}`;
  const users = Array.from({ length: project.config.maxWorkers }, (_, index) => `${redisUserPrefix}-${index + 1}`);
  await withRedis(server.url, async (redis) => {
    await Promise.all(users.map((user) => redis.acl("SETUSER", user, "on", "nopass", "~*", "&*", "+@all")));
  });
  project.provide("redisUrl", server.url);
  project.provide("redisUserPrefix", redisUserPrefix);
  return async () => {
    await withRedis(server.url, (redis) => redis.acl("DELUSER", ...users));
    await server.stop();
  };
}

async function startTemporaryServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataFolder = await mkdtemp(join(tmpdir(), "busbar-test-"));
  const server = await startRedisServer({ dataFolder, say: console.log }).catch(async (error: unknown) => {
    await rm(dataFolder, { recursive: true, force: true });
    throw error;
  });
  // An interrupted run ends without tear-down.
  const killWithUs = (): void => {
    rmSync(dataFolder, { recursive: true, force: true });
    if (server.pid !== undefined) process.kill(server.pid, "SIGKILL");
  };
  process.once("exit", killWithUs);
  return {
    url: server.url,
    stop: async () => {
      process.off("exit", killWithUs);
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

async function withRedis<Result>(url: string, work: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
