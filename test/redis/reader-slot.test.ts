import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { redisLocks } from "../../src/base/redis-locks.ts";
import { takeReaderSlot } from "../../src/router/reader-slot.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const holdMs = 60_000;

it("two routers that live never read under one name, and a name that was given back is taken again", async () => {
  const locks = redisLocks(redis, `${prefix}-1`);
  const [one, two] = await Promise.all([takeReaderSlot(locks, holdMs), takeReaderSlot(locks, holdMs)]);
  expect(new Set([one.name(), two.name()]).size).toBe(2);
  const freed = one.name();
  await one.release();
  const three = await takeReaderSlot(locks, holdMs);
  expect(three.name()).toBe(freed);
  await Promise.all([two.release(), three.release()]);
});

it("a router that slept until another one had its name goes on under a new one", async () => {
  const locks = redisLocks(redis, `${prefix}-2`);
  const sleeper = await takeReaderSlot(locks, holdMs);
  const name = sleeper.name();
  // Its time is over.
  await redis.del(`${prefix}-2:lock:${name}`);
  const other = await takeReaderSlot(locks, holdMs);
  expect(other.name()).toBe(name);
  await sleeper.renew();
  expect(sleeper.name()).not.toBe(name);
  await other.renew();
  expect(other.name()).toBe(name);
  await Promise.all([sleeper.release(), other.release()]);
});
