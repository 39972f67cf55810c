import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AskedRun, CliRun } from "./cli-session-process.ts";

export const root = join(import.meta.dirname, "..", "..");

/** The program of such a process, which a copy of this repository needs for one of its own. */
export const sessionProgram = join("test", "support", "cli-session-process.ts");

interface Session {
  readonly child: ChildProcess;
  /** The run before. */
  last: Promise<unknown>;
}

const sessions = new Map<string, Session>();

/**
 * Runs a command line in a process in which others ran before: most of what a command takes is to load what it consists of. There is one
 * for this repository, which ends with this process, and one for each copy of it, which ends with the test. One runs after the other.
 */
export function runInSession(project: string, asked: AskedRun): Promise<CliRun> {
  const session = sessions.get(project) ?? openSession(project);
  const told = session.last.then(() => ask(session.child, asked));
  session.last = told.catch(() => undefined);
  return told;
}

function openSession(project: string): Session {
  const child = fork(join(project, "bin", "with-packages.mjs"), ["run", sessionProgram], {
    cwd: project,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const session: Session = { child, last: Promise.resolve() };
  sessions.set(project, session);
  child.once("exit", () => sessions.delete(project));
  if (project !== root)
    onTestFinished(async () => {
      await session.last;
      child.kill();
    });
  return session;
}

async function ask(child: ChildProcess, asked: AskedRun): Promise<CliRun> {
  // It holds the tests only while it is asked.
  child.ref();
  child.channel?.ref();
  const over = new AbortController();
  try {
    const ended = once(child, "exit", { signal: over.signal }).then(() => {
      throw new Error(`busbar ${asked.args.join(" ")} ended the process that it shares with others: run it alone`);
    });
    const told = once(child, "message", { signal: over.signal });
    // Whichever does not come is nobody's.
    for (const promise of [ended, told]) promise.catch(() => undefined);
    child.send(asked);
    const [result] = await Promise.race([told, ended]);
    return result as CliRun;
  } finally {
    over.abort();
    child.unref();
    child.channel?.unref();
  }
}
