import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { orderPlaced } from "../topics/index.ts";
import { startChild } from "./child.ts";
import type { FloodAnswer, Senders } from "./flood-load-process.ts";
import { printedBy } from "./printed-by.ts";
import { type Result, timesResult } from "./result.ts";
import { urlIn } from "./started-server.ts";
import { benchKeys, withRedis } from "./temporary.ts";

const root = join(import.meta.dirname, "..");
const binary = join(root, "bin", "busbar.mjs");
/** Milliseconds between two looks at `/healthz`, and the longest that one may take: what the health checks of docker-compose.yml wait. */
const [probeEvery, probeMost] = [100, 5_000];
const what = "10,000 requests at once";

/**
 * 10,000 requests at once, each on a connection of its own: 6,500 publishes with a key without a limit, 2,000 with one that is at its limit after
 * 200, 1,000 reads, and 500 without a key. The server is the real `busbar start --only server`; the load and Redis are processes of their own,
 * on the same two cores. Each must be answered, `/healthz` throughout, and what was answered with 202 must be in the log.
 */
export function floodBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis }) => {
    const env = { ...process.env, REDIS_URL: redis.url, BUSBAR_KEYS: benchKeys.join(), PORT: "0", LOG_LEVEL: "info" };
    const keyOf = async (...more: string[]): Promise<string> => {
      const made = await printedBy(binary, ["keys", "create", "--name", "bench", "--json", ...more], { cwd: root, env });
      return (JSON.parse(made) as { key: string }).key;
    };
    const [free, limited, reader] = [
      await keyOf("--scope", "publish:*"),
      await keyOf("--scope", "publish:*", "--rate", "200/1m"),
      await keyOf("--scope", "read"),
    ];
    const server = spawn(process.execPath, [binary, "start", "--only", "server"], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const url = await urlIn(server.stdout);
      const publish = { method: "POST", path: "/v1/topics/order.placed/events", body: JSON.stringify(orderPlaced.example) } as const;
      const senders: Senders[] = [
        { ...publish, key: free, count: 6_500 },
        { ...publish, key: limited, count: 2_000 },
        { method: "GET", path: "/v1/events?count=5", key: reader, count: 1_000 },
        { method: "GET", path: "/v1/events?count=5", count: 500 },
      ];
      // From here on it measures its own lag.
      await fetch(`${url}/metrics`);
      const probes = watchHealth(url);
      const load = await startChild(new URL("flood-load-process.ts", import.meta.url), [url, JSON.stringify(senders)]);
      const health = await probes.stop();
      const answers = JSON.parse(load.said) as FloodAnswer[];
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const inLog = await eventsInLog(url, reader);
      return resultsOf({ answers, health, metrics, inLog, memory: await peakMemory(server.pid!) });
    } finally {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
  });
}

interface Flooded {
  readonly answers: readonly FloodAnswer[];
  readonly health: { readonly times: readonly number[]; readonly failed: number };
  readonly metrics: string;
  readonly inLog: number;
  /** Megabytes; undefined where the system does not tell. */
  readonly memory: number | undefined;
}

function resultsOf({ answers, health, metrics, inLog, memory }: Flooded): Result[] {
  const byStatus = new Map<string, number>();
  for (const { status } of answers) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  const counted = (title: string, count: number, goal?: number): Result => ({
    what: `${what}: ${title}`,
    unit: "",
    p50: count,
    p99: undefined,
    count: answers.length,
    goal,
  });
  const lag = (name: string): number => Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, "m").exec(metrics)?.[1]) * 1_000;
  const unanswered = answers.filter(({ status }) => !/^[234]\d\d$|^503$/.test(status)).length;
  const lost = (byStatus.get("202") ?? 0) - inLog;
  return [
    timesResult(
      `${what}: time of an answer`,
      answers.map(({ ms }) => ms),
    ),
    ...[...byStatus.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([status, some]) => counted(`answered with ${status}`, some)),
    counted("not answered, or with another 5xx than 503", unanswered, 1),
    counted("answered with 202, and not in the log", lost, 1),
    timesResult(`${what}: /healthz meanwhile`, health.times),
    {
      ...timesResult(`${what}: the slowest /healthz`, [Math.max(0, ...health.times)], probeMost),
      p99: undefined,
      count: health.times.length,
    },
    counted("/healthz without an answer", health.failed, 1),
    { ...timesResult(`${what}: delay of the event loop`, []), p50: lag("p50"), p99: lag("max") },
    ...(memory === undefined
      ? []
      : [
          {
            what: `${what}: memory of the server at its highest`,
            unit: "MB",
            p50: memory,
            p99: undefined,
            count: 1,
            goal: undefined,
          } as const,
        ]),
  ];
}

/** Asks for `/healthz` again and again, each time on a new connection. */
function watchHealth(url: string) {
  const times: number[] = [];
  let failed = 0;
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const begun = performance.now();
    const answer = await fetch(`${url}/healthz`, { headers: { connection: "close" } }).catch(() => undefined);
    if (answer?.status === 200) times.push(performance.now() - begun);
    else failed += 1;
  };
  const watching = (async () => {
    const under: Promise<void>[] = [];
    while (!stopping.signal.aborted) {
      under.push(look());
      await pause(probeEvery);
    }
    await Promise.all(under);
  })();
  return {
    async stop() {
      stopping.abort();
      await watching;
      return { times, failed };
    },
  };
}

async function eventsInLog(url: string, key: string): Promise<number> {
  const answer = await fetch(`${url}/v1/stats`, { headers: { authorization: `Bearer ${key}` } });
  const { topics } = (await answer.json()) as { topics: readonly { readonly name: string; readonly published: number }[] };
  return topics.find(({ name }) => name === orderPlaced.name)?.published ?? 0;
}

async function peakMemory(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
}
