import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { canariesIn } from "./canaries.ts";
import type { CliRun } from "./cli-session-process.ts";
import { root, runInSession, sessionProgram } from "./cli-session.ts";
import { testKeys } from "./keys.ts";

export type { CliRun } from "./cli-session-process.ts";

export interface CliOptions {
  /** The project whose binary is run. Default: this repository. */
  readonly project?: string;
  /** The file of the binary, and what stands before the arguments. Default: `bin/with-packages.mjs busbar` of the project. */
  readonly program?: readonly [file: string, ...before: string[]];
  /** Where it is called. Default: the project. */
  readonly cwd?: string;
  /** Variables of the binary's own; one that is undefined is not set, all others of busbar are empty. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /**
   * Whether `runCli` starts a process of its own, rather than to ask one that has done others before and has loaded what it takes. For what is
   * about the process, ends it, or reads again what was changed since. Default: in a project of its own. A program of its own always has one.
   */
  readonly alone?: boolean;
}

/** Every variable that busbar reads. */
export const settings: readonly string[] = [
  ...readFileSync(join(root, "src/cli/init/templates/.env.example"), "utf8").matchAll(/^#([A-Z_]+)=/gm),
].map(([, name]) => name!);

/** Nothing of the caller's own settings reaches the binary; what is set, be it empty, no `.env` of a clone changes. */
function environment(env: CliOptions["env"]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(REDIS_|QUEUE_|EMAIL_|SENDGRID_|SMTP_|BUSBAR_|MAILROOM_|PORT$|LOG_LEVEL$|VITEST|NODE_ENV$)/.test(name),
  );
  const none = Object.fromEntries(settings.map((name) => [name, ""]));
  return { ...Object.fromEntries(own), ...none, BUSBAR_KEYS: testKeys.join(), ...env };
}

function spawnCli(args: readonly string[], { project = root, cwd = project, env, ...options }: CliOptions): ChildProcess {
  const { program = [join(project, "bin", "with-packages.mjs"), "busbar"] } = options;
  return spawn(process.execPath, [...program, ...args], {
    cwd,
    env: environment(env),
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Runs a command line to its end: by the real binary, or by the same code in a process that is there. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const { project = root, program, alone = project !== root, cwd = project, env, input } = options;
  if (!alone && program === undefined)
    return runInSession(project, { args, cwd, env: environment(env), input }).then((run) => withoutCanaries(args, run));
  const child = spawnCli(args, options);
  const output = { stdout: "", stderr: "" };
  child.stdout!.on("data", (data: Buffer) => (output.stdout += data.toString()));
  child.stderr!.on("data", (data: Buffer) => (output.stderr += data.toString()));
  child.stdin!.end(options.input);
  return new Promise((resolve, reject) =>
    child.once("close", (code) => {
      try {
        resolve(withoutCanaries(args, { code, ...output }));
      } catch (error) {
        reject(error);
      }
    }),
  );
}

/** @throws Error where a secret was printed */
export function withoutCanaries(args: readonly string[], run: CliRun): CliRun {
  const canaries = canariesOf(args, run.stdout + run.stderr);
  if (canaries.length === 0) return run;
  throw new Error(`C11: secrets in what busbar ${args.join(" ")} printed: ${canaries.join("\n")}`);
}

/** A preview shows the example of a template, which stands in its source. */
const canariesOf = ([command]: readonly string[], text: string): readonly string[] => (command === "preview" ? [] : canariesIn(text));

export interface RunningCli {
  /** Everything that it has printed so far. */
  text(): string;
  /** Resolves when the output matches; rejects, with the output, when it ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
}

/** Starts the real binary; what still runs after the test is killed. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const child = spawnCli(args, options);
  let text = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (data: Buffer) => {
      text += data.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(() => {
    child.kill("SIGKILL");
    expect(canariesOf(args, text), `C11: secrets in what busbar ${args.join(" ")} printed`).toEqual([]);
  });
  return {
    text: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`it ended before it printed ${pattern}:\n${text}`)));
      }),
    pid: child.pid!,
    signal: (name) => void child.kill(name),
    ended,
  };
}

/** A port of this machine that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A port of this machine that somebody listens on until the test ends. */
export async function takenPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A temporary folder that shares this repository's cache, so that no package is unpacked again. Removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "busbar-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, ".busbar"));
  await mkdir(join(root, ".busbar", "cache"), { recursive: true });
  await symlink(join(root, ".busbar", "cache"), join(folder, ".busbar", "cache"));
  return folder;
}

/** A copy of this repository with some files changed or added. */
export async function copyOfProject(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const part of ["bin", "src", "topics", "subscribers", "schedules", "package.json", "package-lock.json", "tsconfig.json"])
    await cp(join(root, part), join(folder, part), { recursive: true });
  await cp(join(root, sessionProgram), join(folder, sessionProgram));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await write(folder, files);
  return folder;
}

/** A copy of this repository's own application with some files changed or added, which uses this repository's code. */
export async function copyOfApplication(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const part of ["topics", "subscribers", "schedules", "package.json", "tsconfig.json"])
    await cp(join(root, part), join(folder, part), { recursive: true });
  for (const part of ["src", "node_modules"]) await symlink(join(root, part), join(folder, part));
  const configuration = await readFile(join(root, "src", "app.ts"), "utf8");
  await write(folder, { "busbar.config.ts": configuration.replaceAll('"./', '"./src/').replaceAll('"../', '"./'), ...files });
  return folder;
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
