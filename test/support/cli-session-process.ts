/** A process that runs one command line after the other, as the binary would, and tells what each printed. It ends with its parent. */
import { Readable } from "node:stream";
import { run } from "../../src/cli/run.ts";

export interface AskedRun {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string | undefined;
}

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

// Each command adds its own listeners, for one process ends with it.
process.setMaxListeners(0);
process.once("disconnect", () => process.exit());

const writers = { stdout: process.stdout.write.bind(process.stdout), stderr: process.stderr.write.bind(process.stderr) };

process.on("message", (asked: AskedRun) => {
  void done(asked).then((told) => process.send!(told));
});

async function done({ args, cwd, env, input }: AskedRun): Promise<CliRun> {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  Object.defineProperty(process, "stdin", { value: Readable.from(input === undefined ? [] : [Buffer.from(input)]), configurable: true });
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    process[name].write = ((text: string | Uint8Array, ...more: readonly unknown[]) => {
      printed[name] += typeof text === "string" ? text : Buffer.from(text).toString();
      const written = more.at(-1);
      if (typeof written === "function") (written as () => void)();
      return true;
    }) as typeof process.stdout.write;
  }
  try {
    await run([process.execPath, "busbar", ...args]);
    return { code: Number(process.exitCode ?? 0), ...printed };
  } finally {
    for (const name of ["stdout", "stderr"] as const) process[name].write = writers[name];
  }
}
