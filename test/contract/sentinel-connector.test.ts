import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { closeRedis, connectRedis, type RedisConnection } from "../../src/base/redis.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { type FakeSentinel, fakeSentinel } from "../support/fake-sentinel.ts";

let sentinel: FakeSentinel;
let redis: RedisConnection;
beforeEach(async () => {
  sentinel = await fakeSentinel();
  redis = connectRedis({ url: sentinel.url, use: "command", name: "test", logger: silentLogger });
  await redis.ping();
  await sentinel.watched();
});
afterEach(async () => {
  await closeRedis(redis);
  await sentinel.close();
});

it("E6: a connection that hears of a failover while it looks for the new master finds it all the same", async () => {
  const answer = sentinel.holdAnswers();
  sentinel.dropClients();
  await sentinel.asked();
  sentinel.tellFailover();
  // So that it is heard before the answer.
  await new Promise(setImmediate);
  const ready = once(redis, "ready");
  answer();
  await ready;
  expect(await redis.ping()).toBe("PONG");
});

it("E6: a failover that leaves the old master alive ends the connection to it, and what watched over it goes with it", async () => {
  const ready = once(redis, "ready");
  sentinel.tellFailover();
  await ready;
  expect(await redis.ping()).toBe("PONG");
  await expect.poll(() => sentinel.watchers()).toBe(1);
});
