import { AsyncLocalStorage } from "node:async_hooks";
import { messageOf } from "../../base/errors.ts";

/**
 * While an application's files are imported, none of them can end the process or fail in silence: `process.exit`, an exception in a
 * timer and a rejected promise that nobody waits for become problems of the file that did it. What a file starts belongs to it, by
 * its asynchronous context; everything that belongs to no file goes on as if there were no guard.
 */
export interface LoadGuard {
  /** Takes the guard away, if it is the last one, and returns what happened meanwhile, one sentence each. Twice is fine. */
  release(): readonly string[];
}

/** The file that the running code belongs to. */
const loading = new AsyncLocalStorage<string>();
const faults: string[] = [];
let guards = 0;
let exit: typeof process.exit = process.exit;

/** Puts the guard up. Several at once are fine: each returns what happened in its time. */
export function guardLoading(): LoadGuard {
  guards += 1;
  if (guards === 1) putUp();
  const before = faults.length;
  let seen: readonly string[] | undefined;
  return {
    release() {
      if (seen !== undefined) return seen;
      seen = faults.slice(before);
      guards -= 1;
      if (guards === 0) takeAway();
      return seen;
    },
  };
}

/** Runs code in the name of a file. */
export function inNameOf<T>(file: string, work: () => T): T {
  return loading.run(file, work);
}

/** Thrown where the process would have ended: the code behind `process.exit` does not expect to run. Its message is the problem's sentence. */
export class ExitRefused extends Error {
  override readonly name = "ExitRefused";
}

function putUp(): void {
  exit = process.exit;
  process.exit = refuseExit;
  process.on("uncaughtException", onException);
  process.on("unhandledRejection", onRejection);
}

function takeAway(): void {
  process.exit = exit;
  process.off("uncaughtException", onException);
  process.off("unhandledRejection", onRejection);
  faults.length = 0;
}

function refuseExit(code?: string | number | null): never {
  const file = loading.getStore();
  if (file === undefined) return exit(code);
  const problem = `${file}: calls process.exit(${code ?? ""}) while it is loaded, which would end busbar: do that where it is run, not where it is defined`;
  faults.push(problem);
  throw new ExitRefused(problem);
}

function onException(error: unknown): void {
  if (!recorded(error, "throws while it is loaded, where nothing catches it")) crash(error, "uncaughtException");
}

function onRejection(error: unknown): void {
  if (!recorded(error, "begins something while it is loaded that fails, and does not wait for it")) crash(error, "unhandledRejection");
}

function recorded(error: unknown, what: string): boolean {
  if (error instanceof ExitRefused) return true;
  const file = loading.getStore();
  if (file !== undefined) faults.push(`${file}: ${what}: ${messageOf(error)}`);
  return file !== undefined;
}

/** What Node itself would do, if nobody else listens. */
function crash(error: unknown, event: "uncaughtException" | "unhandledRejection"): void {
  if (process.listenerCount(event) > 1) return;
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  exit(1);
}
