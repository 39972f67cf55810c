import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, expect, inject } from "vitest";
import { canariesInRedis } from "./canaries.ts";
import { timeOrderedId } from "../../src/base/ids.ts";

const closingMs = 2_000;

export interface TestRedis {
  /** The Redis of this run, as a user whose connections can be told from those of other test files. */
  readonly url: string;
  /** Unique to this test file; every key that it writes must contain it. */
  readonly prefix: string;
}

/**
 * A test file's share of the run's Redis. Call it once, at the top of the file: after the file's own clean-up it deletes the keys
 * that contain the prefix, and fails if the file has left connections open.
 */
export function testRedis(): TestRedis {
  const admin = inject("redisUrl");
  const user = `${inject("redisUserPrefix")}-${process.env["VITEST_POOL_ID"]}`;
  const file = basename(expect.getState().testPath ?? "file", ".test.ts");
  const prefix = `${file}-${timeOrderedId(Date.now()).slice(-8)}`;
  const url = new URL(admin);
  url.username = user;
  url.password = "none";

  afterAll(async () => {
    const redis = new Redis(admin);
    try {
      const left = await connectionsLeft(redis, user);
      await redis.client("KILL", "USER", user);
      const canaries = await canariesInRedis(redis, prefix);
      await deleteKeys(redis, prefix);
      expect(canaries, "C11: secrets that can be read in what this file has left in Redis").toEqual([]);
      expect(left, "connections to Redis that this file opened and did not close").toEqual([]);
    } finally {
      redis.disconnect();
    }
  });
  return { url: url.href, prefix };
}

/** Closing takes a moment to reach the server, so it looks until none is left, for two seconds at most. */
async function connectionsLeft(redis: Redis, user: string): Promise<readonly string[]> {
  const deadline = performance.now() + closingMs;
  for (;;) {
    const clients = ((await redis.client("LIST")) as string).split("\n").filter((line) => line.includes(` user=${user} `));
    if (clients.length === 0 || performance.now() > deadline) return clients;
    await pause(10);
  }
}

async function deleteKeys(redis: Redis, prefix: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 }) as AsyncIterable<string[]>) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
}
