import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { debianProgram } from "../../src/base/redis-server/debian-source.ts";
import { freePort } from "../../src/base/redis-server/launch.ts";
import { findProgram } from "../../src/base/redis-server/path-source.ts";
import { endWithUs } from "../../src/testing/end-with-us.ts";
import type { RedisProgram } from "../../src/base/redis-server/source.ts";

/** A process of redis-server with settings of its own, as a server, a Sentinel or a node of a Cluster. Its settings stand in a file that it may rewrite. */
export interface RedisProcess {
  readonly port: number;
  readonly folder: string;
  /** Starts it again where it was ended; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it at once, and resolves when it is gone. */
  kill(): Promise<void>;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Removes its data; it must have been ended. */
  empty(): Promise<void>;
  /** Asks it something over a connection of its own. */
  ask<Reply = unknown>(command: string, ...args: readonly (string | number)[]): Promise<Reply>;
}

export interface RedisProcessOptions {
  readonly program: RedisProgram;
  readonly folder: string;
  /** Lines of its settings. */
  readonly settings: readonly string[];
  readonly port?: number;
  readonly sentinel?: true;
  readonly env?: Readonly<Record<string, string>>;
}

/** The server that a test's own processes run: that of the PATH, else that of the distribution, which the tests unpack anyway. */
export async function redisProgram(): Promise<RedisProgram> {
  const installed = await findProgram(process.env["PATH"] ?? "");
  if (typeof installed !== "string") return installed;
  const unpacked = await debianProgram({ cacheFolder: join(".busbar", "cache"), say: () => undefined });
  if (typeof unpacked === "string") throw new Error(`No redis-server to run several of: ${installed} ${unpacked}`);
  return unpacked;
}

const answerMs = 20_000;

export async function redisProcess({ program, folder, settings, port: wished, sentinel, env }: RedisProcessOptions): Promise<RedisProcess> {
  const port = wished ?? (await freePort());
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "redis.conf");
  writeFileSync(file, ["bind 127.0.0.1", `port ${port}`, "daemonize no", `dir ${folder}`, ...settings, ""].join("\n"));
  let pid = 0;
  let ended: Promise<unknown> = Promise.resolve();

  const ask = async <Reply>(command: string, ...args: readonly (string | number)[]): Promise<Reply> => {
    const redis = new Redis({
      host: "127.0.0.1",
      port,
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
    });
    redis.on("error", () => undefined);
    try {
      return (await redis.call(command, ...args.map(String))) as Reply;
    } finally {
      redis.disconnect();
    }
  };

  const self: RedisProcess = {
    port,
    folder,
    ask,
    async start() {
      const log = openSync(join(folder, "redis.log"), "a");
      const child = spawn(program.file, [file, ...(sentinel === true ? ["--sentinel"] : [])], {
        env: { ...process.env, ...program.env, ...env },
        stdio: ["ignore", log, log],
      });
      pid = child.pid!;
      const forget = endWithUs(pid, folder);
      ended = once(child, "exit").then(forget);
      for (const giveUpAt = performance.now() + answerMs; ;) {
        const answer = await ask("PING").catch((error: Error) => error.message);
        if (answer === "PONG") return;
        if (performance.now() > giveUpAt)
          throw new Error(`redis-server at ${port} does not answer (${String(answer)}): ${folder}/redis.log`);
        await pause(20);
      }
    },
    async kill() {
      killByPid(pid);
      await ended;
    },
    empty: () => rm(join(folder, "appendonlydir"), { recursive: true, force: true }),
    signal: (signal) => void process.kill(pid, signal),
  };
  await self.start();
  return self;
}

function killByPid(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
