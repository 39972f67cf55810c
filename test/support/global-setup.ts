import { Redis } from "ioredis";
import type { TestProject } from "vitest/node";
import { shortHash } from "../../src/base/ids.ts";
import { startTemporaryRedis } from "../../src/testing/redis-for-tests.ts";
import { type RunFolder, runFolder } from "./run-folder.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The one Redis of this test run. Test files ask `testRedis()` for it, which also cleans up after them. */
    redisUrl: string;
    /** What the names of the run's Redis users begin with; each vitest worker has a user of its own. */
    redisUserPrefix: string;
  }
}

/** Starts one Redis for the whole run, whose temporary folder is its own; `BUSBAR_TEST_REDIS_URL` names another one to use. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = runFolder();
  try {
    return await setUp(project, folder);
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function setUp(project: TestProject, folder: RunFolder): Promise<() => Promise<void>> {
  const given = process.env["BUSBAR_TEST_REDIS_URL"];
  const server =
    given === undefined || given === "" ? await startTemporaryRedis(console.log) : { url: given, release: async () => undefined };
  const redisUserPrefix = `test-${shortHash(`${process.pid} ${Date.now()}`).slice(0, 8)}`;
  const users = Array.from({ length: project.config.maxWorkers }, (_, index) => `${redisUserPrefix}-${index + 1}`);
  await withRedis(server.url, async (redis) => {
    await Promise.all(users.map((user) => redis.acl("SETUSER", user, "on", "nopass", "~*", "&*", "+@all")));
  });
  project.provide("redisUrl", server.url);
  project.provide("redisUserPrefix", redisUserPrefix);
  return async () => {
    await withRedis(server.url, (redis) => redis.acl("DELUSER", ...users));
    await server.release();
    const left = await folder.remove();
    if (left.length === 0) return;
    // vitest takes an error of this function for no failure.
    console.error(`Tests have left behind in the temporary folder: ${left.join(", ")}`);
    process.exitCode = 1;
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
