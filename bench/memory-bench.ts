import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../src/base/redis-server/launch.ts";
import { createBus } from "../src/index.ts";
import * as topics from "../topics/index.ts";
import { pace } from "./pace.ts";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";
import { benchKeys, withRedis } from "./temporary.ts";

const events = 10_000;
const perSecond = 500;
const goalMb = 250;
const patienceMs = 120_000;

/** What the Node process of `busbar dev` takes after 10,000 events, everything in it; `undefined` where the system does not tell. */
export function memoryBench(): Promise<Result | undefined> {
  return withRedis("everysec", async ({ redis, folder }) => {
    const command = fileURLToPath(new URL("../bin/with-packages.mjs", import.meta.url));
    const dev = spawn(process.execPath, [command, "busbar", "dev"], {
      cwd: folder,
      env: {
        ...process.env,
        REDIS_URL: redis.url,
        BUSBAR_KEYS: benchKeys.join(),
        EMAIL_RATE_LIMIT: "off",
        PORT: String(await freePort()),
        LOG_LEVEL: "warn",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(dev, "exit");
    const bus = createBus({ application: "busbar", topics, redis: redis.url, keys: benchKeys });
    try {
      const lines = createInterface(dev.stdout);
      await new Promise<void>((resolve, reject) => {
        lines.on("line", (line) => line.startsWith("Ready") && resolve());
        void ended.then(([code]) => reject(new Error(`busbar dev ended with ${String(code)} before it was ready`)));
      });
      const samples: number[] = [];
      await pace({ count: events, perSecond }, (index) =>
        bus.publishEvent.orderPlaced({ ...topics.orderPlaced.example!, orderId: `B-${index}` }),
      );
      for (const giveUpAt = performance.now() + patienceMs; ; await pause(250)) {
        const rss = await residentMb(dev.pid!);
        if (rss === undefined) return undefined;
        samples.push(rss);
        const { email } = await bus.inspect.queues();
        const open = email!.waiting + email!.active + email!.delayed;
        if (email!.dead > 0) throw new Error(`${email!.dead} dead letters: the measurement is void`);
        if (open === 0 && email!.completed >= events) break;
        if (performance.now() > giveUpAt) throw new Error(`not everything arrived, the measurement is void: ${JSON.stringify(email)}`);
      }
      const last = samples.at(-1)!;
      return {
        what: `memory of busbar dev after ${events} events (p99: the most)`,
        unit: "MB",
        p50: last,
        p99: percentile(samples, 1),
        count: events,
        goal: goalMb,
      };
    } finally {
      await bus.stop();
      dev.kill("SIGTERM");
      await ended;
    }
  });
}

async function residentMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
}
