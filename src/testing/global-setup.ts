import { redisVariable, startTemporaryRedis } from "./redis-for-tests.ts";

/**
 * One Redis for all test files of a vitest run: `globalSetup: ["busbar/testing/global-setup"]`. Without it, each process of test
 * files starts one for itself. A Redis that is named in `BUSBAR_TEST_REDIS_URL` is left as it is.
 * @throws BusbarError `REDIS_UNREACHABLE` with everything that was tried
 */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env[redisVariable];
  if (given !== undefined && given !== "") return async () => undefined;
  const { url, release } = await startTemporaryRedis(console.log);
  process.env[redisVariable] = url;
  return async () => {
    delete process.env[redisVariable];
    await release();
  };
}
