import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedisServer } from "../../../src/base/redis-server.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "./fuzz-server.ts";
import { lineToServer, type Outcome } from "./line-to-server.ts";
import { otherRoutes, requests, type Route } from "./requests.ts";

export interface Fuzzed {
  /** How many inputs ended how. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** What must not be, one text each; the first ones. */
  readonly broken: readonly string[];
  readonly figures: Readonly<Record<string, string | number>>;
}

export interface FuzzOptions {
  readonly random: Random;
  readonly inputs: number;
  readonly say: (line: string) => void;
}

const deadlineMs = 5_000;
const lines = 12;
const mostBroken = 30;
const startMs = 120_000;

/** Sends so many requests to a server in a process of its own, with a Redis of its own. */
export async function fuzzHttp({ random, inputs, say }: FuzzOptions): Promise<Fuzzed> {
  const folder = await mkdtemp(join(tmpdir(), "busbar-fuzz-"));
  const redis = await startRedisServer({ dataFolder: join(folder, "redis"), say });
  const server = fork(new URL("./fuzz-server.ts", import.meta.url), [redis.url, join(folder, "mailroom")], {
    execArgv: ["--import", import.meta.resolve("tsx")],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ends: string[] = [];
  server.once("exit", (code, signal) => ends.push(`the server's process ended: ${signal ?? `code ${code}`}`));
  try {
    const target = await new Promise<FuzzTarget>((resolve, reject) => {
      server.once("message", resolve);
      server.once("exit", () => reject(new Error("the server's process did not start")));
      AbortSignal.timeout(startMs).addEventListener("abort", () => reject(new Error("the server's process did not start in time")));
    });
    const { known, examples } = target;
    const routes = [...(await documentedRoutes(target.url)), ...otherRoutes];
    say(`${routes.length} addresses; ids ${known.ids.length}, links ${known.tokens.length}, keys ${known.keys.length}`);
    const next = requests({ random, routes, known, examples });
    const outcomes: Record<string, number> = {};
    const broken: string[] = [];
    let [sent, slowest] = [0, 0];
    const lane = async (): Promise<void> => {
      const line = lineToServer({ port: Number(new URL(target.url).port), deadline: deadlineMs });
      while (sent < inputs && ends.length === 0 && broken.length < mostBroken) {
        const number = (sent += 1);
        const request = next();
        const started = performance.now();
        const outcome = await line.send(request);
        slowest = Math.max(slowest, performance.now() - started);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        if (isBroken(outcome, request.whole)) {
          broken.push(`HTTP input ${number}: ${outcome}: ${JSON.stringify(request.bytes.toString("latin1", 0, 1_500))}`);
          say(broken.at(-1)!);
        }
        if (number % 10_000 === 0) say(`${number} requests: ${JSON.stringify(outcomes)}`);
      }
      line.end();
    };
    await Promise.all(Array.from({ length: lines }, lane));
    if (ends.length === 0) {
      const ready = await fetch(`${target.url}/readyz`);
      if (ready.status !== 200) broken.push(`it is not ready after all that: ${await ready.text()}`);
    }
    broken.push(...ends);
    if (sent < inputs) broken.push(`it ended after ${sent} of ${inputs} requests`);
    return { outcomes, broken, figures: { "slowest answer": `${slowest.toFixed(0)} ms` } };
  } finally {
    server.kill("SIGKILL");
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function isBroken(outcome: Outcome, whole: boolean): boolean {
  if (typeof outcome === "string") return whole || outcome !== "ended";
  return outcome >= 500 && outcome !== 503;
}

/** The addresses that the server itself says it has. */
async function documentedRoutes(url: string): Promise<Route[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { readonly paths: Readonly<Record<string, object>> };
  return Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.keys(verbs)
      .filter((verb) => ["get", "post", "delete", "put", "patch"].includes(verb))
      .map((verb) => ({ method: verb.toUpperCase(), path })),
  );
}
