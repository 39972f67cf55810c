import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { createBus } from "../src/index.ts";
import * as topics from "../topics/index.ts";
import { pace } from "./pace.ts";
import { percentile } from "./percentile.ts";
import { type Result, timesResult } from "./result.ts";
import { benchKeys, withRedis } from "./temporary.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
const calls = 20;
/** `--help` may take so many times what Node itself takes to do nothing. */
const mostTimesNode = 3;
const tail = { events: 10_000, perSecond: 1_000, goalMs: 100, patienceMs: 30_000 } as const;

/** What a person waits for: `--help` of the installed package beside a Node that does nothing, and a published event's line of `tail`. */
export async function cliBench(): Promise<Result[]> {
  return [...(await helpBench()), await tailBench()];
}

async function helpBench(): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), "busbar-bench-"));
  try {
    // As npm installs it: built, and without its source.
    await run(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), "--project", "bin/tsconfig.build.json", "--outDir", join(folder, "dist")],
      { cwd: root },
    );
    for (const part of ["bin", "package.json"]) await cp(join(root, part), join(folder, part), { recursive: true });
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    const times = { help: [] as number[], node: [] as number[] };
    for (let call = 0; call < calls; call++) {
      times.help.push(await timeOf([join(folder, "bin", "busbar.mjs"), "--help"]));
      times.node.push(await timeOf(["-e", "0"]));
    }
    const goal = mostTimesNode * percentile(times.node, 0.5);
    return [timesResult("busbar --help, of the package", times.help, Math.round(goal)), timesResult("  node -e 0, beside it", times.node)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeOf(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await run(process.execPath, args);
  return performance.now() - start;
}

/** From the call of `publishEvent` to the event's line, while a thousand a second are published. */
function tailBench(): Promise<Result> {
  return withRedis("everysec", async ({ redis, folder }) => {
    const command = join(root, "bin", "with-packages.mjs");
    const child = spawn(process.execPath, [command, "busbar", "tail", "order.placed", "--json"], {
      cwd: folder,
      env: { ...process.env, REDIS_URL: redis.url, BUSBAR_KEYS: benchKeys.join() },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    const bus = createBus({ application: "busbar", topics, redis: redis.url, keys: benchKeys });
    try {
      const lines = followLines(child);
      // The first event is there when it follows.
      await bus.publishEvent.orderPlaced(topics.orderPlaced.example!);
      await lines.until(1);
      const published: number[] = [];
      await pace({ count: tail.events, perSecond: tail.perSecond }, (index) => {
        published[index] = performance.now();
        return bus.publishEvent.orderPlaced({ ...topics.orderPlaced.example!, orderId: `B-${index}` });
      });
      await lines.until(tail.events + 1);
      const times = published.map((at, index) => lines.seen.get(`B-${index}`)! - at);
      return timesResult("publish → its line of tail, at 1,000 events a second", times, tail.goalMs);
    } finally {
      await bus.stop();
      child.kill("SIGTERM");
      await ended;
    }
  });
}

function followLines(child: ChildProcessByStdio<null, Readable, null>) {
  const seen = new Map<string, number>();
  createInterface(child.stdout).on("line", (line) =>
    seen.set((JSON.parse(line) as { data: { orderId: string } }).data.orderId, performance.now()),
  );
  return {
    seen,
    async until(count: number): Promise<void> {
      const giveUpAt = performance.now() + tail.patienceMs;
      while (seen.size < count) {
        if (performance.now() > giveUpAt) throw new Error(`tail printed ${seen.size} of ${count} events: the measurement is void`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}
