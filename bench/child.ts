import { fork } from "node:child_process";
import { once } from "node:events";

export interface Child {
  /** What it said when it had started. */
  readonly said: string;
  readonly pid: number;
  /** Asks it to end, and waits for that. */
  stop(): Promise<void>;
}

/** Starts a TypeScript file in a process of its own; resolves with the first message that it sends. */
export async function startChild(file: URL, args: readonly string[]): Promise<Child> {
  const child = fork(file, args, { execArgv: ["--import", import.meta.resolve("tsx")] });
  const ended = once(child, "exit");
  const [said] = (await Promise.race([
    once(child, "message"),
    ended.then(([code]) => Promise.reject(new Error(`${file.pathname} ended with ${String(code)}`))),
  ])) as [string];
  return {
    said,
    pid: child.pid!,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
