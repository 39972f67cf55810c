import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { FromChild, MailroomAddress, ProcessFigures, ToChild } from "./messages.ts";

/** A process that is started again whenever it ends, as an operator's supervisor would. */
export interface Supervised {
  readonly name: string;
  /** Resolves when the process that runs now says that it has started. */
  started(): Promise<MailroomAddress | undefined>;
  /** Sends a signal to the process that runs now, once it has started; resolves when it has ended, or at once for a signal that does not end it. */
  signal(signal: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): Promise<void>;
  /** Says something to the process that runs now, once it has started. */
  tell(message: ToChild): Promise<void>;
  /** What the process that runs now takes; see `collectable`. */
  figures(): Promise<ProcessFigures>;
  /** Ends that nobody asked for. */
  readonly ends: readonly string[];
  /** Ends it with SIGTERM and starts it no more. */
  stop(): Promise<void>;
}

export interface SupervisedOptions {
  readonly name: string;
  readonly file: URL;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Beside this process' own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** It collects its garbage before it says how much memory it takes. Default false. */
  readonly collectable?: boolean;
  /** Milliseconds without a healthy answer after which it is killed. Default 10 s. */
  readonly unhealthy?: number;
}

/** Without a healthy answer for so long, it is killed: its loop does not turn. */
const unhealthyMs = 10_000;
const healthEveryMs = 1_000;
const startMs = 60_000;
const stopMs = 30_000;
const mostFailedStarts = 5;

export function supervise({ name, file, args, logFile, env, collectable = false, unhealthy = unhealthyMs }: SupervisedOptions): Supervised {
  const log = openSync(logFile, "a");
  const ends: string[] = [];
  let child: ChildProcess;
  let started: Promise<MailroomAddress | undefined>;
  let asked = false;
  let watched = true;
  let over = false;
  let failedStarts = 0;

  const spawn = (): void => {
    asked = false;
    const own = fork(file, args, {
      execArgv: [...(collectable ? ["--expose-gc"] : []), "--import", import.meta.resolve("tsx")],
      stdio: ["ignore", log, log, "ipc"],
      env: { ...process.env, ...env },
    });
    child = own;
    let healthyAt = performance.now() + startMs;
    started = new Promise((resolve, reject) => {
      own.on("message", (message: FromChild) => {
        if (message.kind === "started" || (message.kind === "health" && message.ready)) healthyAt = performance.now();
        if (message.kind !== "started") return;
        failedStarts = 0;
        resolve(message.address);
      });
      own.once("exit", () => reject(new Error(`${name} ended before it had started; its log: ${logFile}`)));
    });
    // Whoever waits hears of it.
    started.catch(() => undefined);
    const asking = setInterval(() => {
      if (!watched) healthyAt = performance.now();
      else if (performance.now() - healthyAt > unhealthy) own.kill("SIGKILL");
      else if (own.connected) own.send({ kind: "health?" } satisfies ToChild, () => undefined);
    }, healthEveryMs);
    own.once("exit", (code, signal) => {
      clearInterval(asking);
      if (!asked) ends.push(`${name}: ${signal ?? `code ${code}`}`);
      failedStarts += 1;
      if (!over && failedStarts <= mostFailedStarts) spawn();
    });
  };
  spawn();

  return {
    name,
    ends,
    started: () => started,
    async figures() {
      await started;
      const own = child;
      return new Promise((resolve) => {
        const listen = (message: FromChild): void => {
          if (message.kind !== "figures") return;
          own.off("message", listen);
          resolve(message);
        };
        own.on("message", listen);
        own.send({ kind: "figures?" } satisfies ToChild);
      });
    },
    async tell(message) {
      await started;
      await new Promise<void>((resolve, reject) => child.send(message, (error) => (error === null ? resolve() : reject(error))));
    },
    async signal(signal) {
      await started;
      if (signal === "SIGSTOP" || signal === "SIGCONT") {
        watched = signal === "SIGCONT";
        child.kill(signal);
        return;
      }
      asked = true;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
    async stop() {
      over = true;
      asked = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const patience = new AbortController();
      await Promise.race([
        ended,
        pause(stopMs, undefined, { signal: patience.signal })
          .then(() => child.kill("SIGKILL"))
          .catch(() => undefined),
      ]);
      await (child.exitCode === null && child.signalCode === null ? ended : undefined);
      patience.abort();
    },
  };
}
