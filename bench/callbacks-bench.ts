import { type ChildProcessByStdio, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { startChild } from "./child.ts";
import { percentile } from "./percentile.ts";
import { type Result, timesResult } from "./result.ts";
import { printed, urlIn } from "./started-server.ts";
import { withRedis } from "./temporary.ts";

const root = join(import.meta.dirname, "..");
const binary = join(root, "bin", "busbar.mjs");
const { warmUp, callbacks, perSecond, goalMs } = { warmUp: 1_000, callbacks: 10_000, perSecond: 500, goalMs: 20 };

/**
 * 10,000 callbacks of SendGrid, signed, at 500 a second, whether or not those before are answered: the server is the real
 * `busbar start --only server`, a second process is its workers, which read and apply them meanwhile, the load comes from a third, and Redis is a
 * fourth, all on the same two cores. A tenth come twice. Any answer but 200 makes the measurement void.
 */
export function callbacksBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis }) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const env = { ...process.env, REDIS_URL: redis.url, PORT: "0", LOG_LEVEL: "info", SENDGRID_WEBHOOK_PUBLIC_KEY: key };
    const [server, workers] = ["server", "workers"].map((role) =>
      spawn(process.execPath, [binary, "start", "--only", role], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] }),
    ) as [ChildProcessByStdio<null, Readable, null>, ChildProcessByStdio<null, Readable, null>];
    const ended = Promise.all([server, workers].map((child) => once(child, "exit")));
    try {
      const [url] = await Promise.all([urlIn(server.stdout), printed(workers.stdout, /"msg":"started"/)]);
      const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
      const parts = [`${url}/callbacks/sendgrid`, pem, callbacks, perSecond, warmUp].map(String);
      const load = await startChild(new URL("callback-load-process.ts", import.meta.url), parts);
      const { times, failures } = JSON.parse(load.said) as { times: number[]; failures: string[] };
      if (failures.length > 0) throw new Error(`${failures.length} callbacks failed (${failures[0]}): the measurement is void`);
      const what = "one callback, of 10,000 at 500 a second";
      return [
        timesResult(what, times),
        { what: `${what}: p99`, unit: "ms", p50: percentile(times, 0.99), p99: undefined, count: times.length, goal: goalMs },
      ];
    } finally {
      for (const child of [server, workers]) child.kill("SIGTERM");
      await ended;
    }
  });
}
