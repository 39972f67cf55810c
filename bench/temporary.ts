import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RedisServer, startRedisServer } from "../src/base/redis-server.ts";
import { newKey } from "../src/vault/key-ring.ts";

/** What this repository's own topics seal their secrets with, in all processes of a bench. */
export const benchKeys = [newKey("bench")];

export interface Temporary {
  readonly folder: string;
  readonly redis: RedisServer;
}

/** Gives a measurement a folder and a Redis of its own, and takes both away after it. */
export async function withRedis<Value>(appendfsync: "everysec" | "always", work: (temporary: Temporary) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "busbar-bench-"));
  const redis = await startRedisServer({ dataFolder: join(folder, "redis"), appendfsync, say: (line) => console.error(line) });
  // Redis runs in a process group of its own: an interrupted bench must not leave it behind.
  const killWithUs = (): void => {
    if (redis.pid !== undefined) process.kill(redis.pid, "SIGKILL");
  };
  process.once("exit", killWithUs);
  try {
    return await work({ folder, redis });
  } finally {
    process.off("exit", killWithUs);
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
