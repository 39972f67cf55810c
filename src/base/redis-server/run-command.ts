import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { messageOf } from "../errors.ts";

export interface CommandResult {
  readonly ok: boolean;
  readonly output: string;
  /** What it wrote to standard error; when it could not be run, the reason. */
  readonly complaint: string;
}

/** Runs a program to its end and collects what it prints, in English. It never throws. */
export function runCommand(
  command: readonly [string, ...string[]],
  options: {
    readonly cwd?: string;
    /** Added to this process's environment. */
    readonly env?: Readonly<Record<string, string>>;
    /** Milliseconds until it is ended. */
    readonly timeout: number;
  },
): Promise<CommandResult> {
  const [file, ...args] = command;
  const { cwd, timeout } = options;
  const env = { ...process.env, LC_ALL: "C", ...options.env };
  return new Promise<CommandResult>((resolve) => {
    execFile(file, args, { cwd, timeout, env, maxBuffer: 64 * 1024 * 1024 }, (error, output, errors) => {
      const reason = error?.killed === true ? `no end after ${timeout / 1_000} s` : error?.message;
      resolve({ ok: error === null, output, complaint: errors.trim() || reason || "" });
    });
  }).catch((error: unknown) => ({ ok: false, output: "", complaint: messageOf(error) }));
}

/** The full path of a program, looked for as a shell does. */
export async function findCommand(name: string, path = process.env["PATH"] ?? ""): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((entry) => entry !== "")) {
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}
