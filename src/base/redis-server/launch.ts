/**
 * The life of a server of our own: it is spawned in a process group of its own, because Ctrl-C in a terminal goes to the
 * whole group and Redis must outlive the clean stop of those who use it. It answers first with LOADING, then with
 * data. It ends by SHUTDOWN, which writes out what it holds; only one that does not end is killed, by its pid.
 */
import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { BusbarError, messageOf } from "../errors.ts";
import { hasEnded, isAlive, servesFolder } from "./process.ts";
import { askServer, shutDown } from "./redis-probe.ts";
import type { RedisProgram, RedisSource, RunningRedis, SourceRequest } from "./source.ts";

const portAttempts = 5;
const firstAnswerMs = 30_000;
/** It may have much to write out; one that did not take the request has not begun to. */
const shutdownMs = 30_000;
const refusedMs = 500;
const killMs = 5_000;

/** What our own server always runs with (reliability: facts 6 to 8). */
export function serverArguments(options: { readonly port: number; readonly appendfsync: string }): readonly string[] {
  const settings = {
    port: String(options.port),
    bind: "127.0.0.1",
    "protected-mode": "yes",
    daemonize: "no",
    appendonly: "yes",
    appendfsync: options.appendfsync,
    save: "",
    "maxmemory-policy": "noeviction",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/**
 * Starts a program as this data folder's server.
 * @throws BusbarError `PORT_IN_USE` when the wished port is taken, `REDIS_UNREACHABLE` with the end of its log when it does not start
 */
export async function launch(source: RedisSource, program: RedisProgram, request: SourceRequest): Promise<RunningRedis> {
  for (let attempt = 1; ; attempt++) {
    const port = request.port ?? (await freePort());
    const started = await spawnServer(program, { ...request, port });
    if (typeof started === "number") {
      const pid = started;
      return { source, version: program.version, port, pid, stop: () => stopServer({ pid, port, folder: request.dataFolder }) };
    }
    const taken = /Address already in use/i.test(started);
    if (taken && request.port === undefined && attempt < portAttempts) continue;
    if (taken) {
      throw new BusbarError(
        "PORT_IN_USE",
        `Redis cannot listen on 127.0.0.1:${port}: another process does. End it, or choose another port.`,
      );
    }
    throw new BusbarError(
      "REDIS_UNREACHABLE",
      `${program.file} (version ${program.version}) does not start with the data in ${request.dataFolder}. The end of its log:\n${started}`,
    );
  }
}

/** The pid of a server that has loaded its data, or the end of the log of one that did not start. */
async function spawnServer(program: RedisProgram, request: SourceRequest & { readonly port: number }): Promise<number | string> {
  const logFile = join(request.dataFolder, "redis.log");
  const log = await open(logFile, "a");
  const { size: logStart } = await log.stat();
  const child = spawn(program.file, serverArguments(request), {
    cwd: request.dataFolder,
    env: { ...process.env, ...program.env },
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  const { pid } = child;
  let over = false;
  const end = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`It ended with ${signal ?? `code ${code}`}.`));
  }).finally(() => (over = true));
  child.unref();
  await log.close();

  const answer = waitUntilLoaded(`redis://127.0.0.1:${request.port}`, { pid, isOver: () => over, say: request.say });
  const first = await Promise.race([answer, end]);
  if (first === "loaded" && pid !== undefined) return pid;
  if (!over && pid !== undefined) process.kill(pid, "SIGKILL");
  const written = (await readFile(logFile)).subarray(logStart).toString();
  return [...written.trim().split("\n").slice(-12), first].join("\n");
}

/** `"loaded"`, or why it is not waited for any longer. Reading much data may take as long as it takes. */
async function waitUntilLoaded(
  url: string,
  server: { readonly pid: number | undefined; readonly isOver: () => boolean; readonly say: (line: string) => void },
): Promise<string> {
  const start = performance.now();
  let nextLine = start + 2_000;
  while (!server.isOver()) {
    const state = await askServer(url).catch(() => undefined);
    if (state?.pid === server.pid && state?.loading === false) return "loaded";
    const now = performance.now();
    if (state === undefined && now - start > firstAnswerMs) break;
    if (state?.loading === true && now > nextLine) {
      server.say(`Redis reads its data (${Math.round((now - start) / 1_000)} s).`);
      nextLine = now + 2_000;
    }
    await pause(15);
  }
  return `It did not answer within ${firstAnswerMs / 1_000} s.`;
}

/** Ends a server of our own, whoever started it, and returns when its process is gone. */
export async function stopServer(server: { readonly pid: number; readonly port: number; readonly folder: string }): Promise<void> {
  if (!(await isAlive(server.pid))) return;
  const refusal = await shutDown(`redis://127.0.0.1:${server.port}`, server.pid).then(() => undefined, messageOf);
  if (await hasEnded(server.pid, refusal === undefined ? shutdownMs : refusedMs)) return;
  if (!(await servesFolder(server.pid, server.folder))) return;
  process.kill(server.pid, "SIGKILL");
  if (await hasEnded(server.pid, killMs)) return;
  throw new BusbarError(
    "REDIS_UNREACHABLE",
    `Redis with pid ${server.pid} does not end (${refusal ?? "it was asked to"}). End it by hand: kill -9 ${server.pid}.`,
  );
}

/** A port of the loopback address that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
