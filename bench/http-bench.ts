import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startChild } from "./child.ts";
import { percentile } from "./percentile.ts";
import { printedBy } from "./printed-by.ts";
import { type Result, timesResult } from "./result.ts";
import { urlIn } from "./started-server.ts";
import { benchKeys, withRedis } from "./temporary.ts";

const root = join(import.meta.dirname, "..");
const binary = join(root, "bin", "busbar.mjs");
const [warmUp, events, connections] = [2_000, 10_000, 50];
const goalMs = 50;

/**
 * 10,000 publishes over HTTP from 50 connections: the server is the real `busbar start --only server`, the load comes from a process of its
 * own, and Redis is a third, all on the same two cores. Any answer but 202 makes the measurement void.
 */
export function httpBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis }) => {
    const env = { ...process.env, REDIS_URL: redis.url, BUSBAR_KEYS: benchKeys.join(), PORT: "0", LOG_LEVEL: "info" };
    const create = ["keys", "create", "--name", "bench", "--scope", "publish:*", "--json"];
    const key = JSON.parse(await printedBy(binary, create, { cwd: root, env })) as { key: string };
    const server = spawn(process.execPath, [binary, "start", "--only", "server"], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const url = await urlIn(server.stdout);
      const parts = [`${url}/v1/topics/order.placed/events`, key.key, events, connections, warmUp].map(String);
      const load = await startChild(new URL("http-load-process.ts", import.meta.url), parts);
      const { times, failures } = JSON.parse(load.said) as { times: number[]; failures: string[] };
      if (failures.length > 0) throw new Error(`${failures.length} publishes failed (${failures[0]}): the measurement is void`);
      const what = "one publish over HTTP, of 10,000 from 50 connections";
      return [
        timesResult(what, times),
        { what: `${what}: p99`, unit: "ms", p50: percentile(times, 0.99), p99: undefined, count: times.length, goal: goalMs },
      ];
    } finally {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
  });
}
