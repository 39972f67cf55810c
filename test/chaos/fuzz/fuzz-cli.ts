import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, CommanderError, type OutputConfiguration } from "commander";
import { lengthArgument, numberArgument, timeArgument } from "../../../src/cli/arguments.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { pick, type Random } from "../random.ts";
import type { Fuzzed, FuzzOptions } from "./fuzz-http.ts";
import { below, leaf, text } from "./values.ts";

const deadlineMs = 5_000;
/** A process that shares the machine with others needs so long to be loaded. */
const processDeadlineMs = 30_000;
const mostBroken = 30;
const root = new URL("../../../", import.meta.url).pathname;
/** These run until they are told to end. */
const notAsProcess = new Set(["dev", "start", "mailroom", "tail"]);

/** Parses so many command lines in this process, without doing what they ask for. */
export async function fuzzArguments({ random, inputs, say }: FuzzOptions): Promise<Fuzzed> {
  const outcomes: Record<string, number> = {};
  const broken: string[] = [];
  let slowest = 0;
  const silent: OutputConfiguration = { writeOut: () => undefined, writeErr: () => undefined, outputError: () => undefined };
  const program = createProgram();
  const lines = commandLines(random, program);
  for (let number = 1; number <= inputs && broken.length < mostBroken; number += 1) {
    const line = lines();
    const started = performance.now();
    let outcome: string;
    try {
      // Commander keeps what it parsed, so each line has a program of its own.
      await inert(createProgram(), silent).parseAsync(["node", "busbar", ...line]);
      readValues(random);
      outcome = "done";
    } catch (error) {
      const usage = error instanceof UsageError || error instanceof CommanderError;
      outcome = !usage ? "threw" : error instanceof CommanderError && error.exitCode === 0 ? "help" : "usage";
      if (!usage) broken.push(`arguments ${JSON.stringify(line)}: ${String(error)}`);
    }
    const took = performance.now() - started;
    slowest = Math.max(slowest, took);
    if (took > deadlineMs) broken.push(`arguments ${JSON.stringify(line)}: took ${took.toFixed(0)} ms`);
    outcomes[`arguments: ${outcome}`] = (outcomes[`arguments: ${outcome}`] ?? 0) + 1;
    if (number % 20_000 === 0) say(`${number} command lines`);
  }
  return { outcomes, broken, figures: { "slowest command line": `${slowest.toFixed(0)} ms` } };
}

/** Runs so many command lines as real processes, in an empty folder and without a Redis. */
export async function fuzzProcesses({ random, inputs }: FuzzOptions): Promise<Fuzzed> {
  const folder = await mkdtemp(join(tmpdir(), "busbar-fuzz-cli-"));
  const outcomes: Record<string, number> = {};
  const broken: string[] = [];
  const lines = commandLines(random, createProgram());
  try {
    for (let number = 1; number <= inputs && broken.length < mostBroken; number += 1) {
      let line: readonly string[];
      do line = lines();
      // An argument of a process cannot hold a NUL.
      while (line.some((argument) => notAsProcess.has(argument) || argument.includes("\0")));
      const { code, stderr } = await runProcess(line, folder);
      outcomes[`process: ${code}`] = (outcomes[`process: ${code}`] ?? 0) + 1;
      if (![0, 1, 2].includes(code as number) || /^\s+at .*:\d+:\d+\)?$/m.test(stderr))
        broken.push(`process ${JSON.stringify(line)}: ${code}: ${stderr.slice(0, 600)}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { outcomes, broken, figures: {} };
}

function runProcess(line: readonly string[], folder: string): Promise<{ code: number | string | null; stderr: string }> {
  const env = { PATH: process.env["PATH"], HOME: folder, REDIS_URL: "redis://127.0.0.1:1" };
  const child = spawn(process.execPath, [join(root, "bin/with-packages.mjs"), "busbar", ...line], { cwd: folder, env });
  let stderr = "";
  child.stdin.on("error", () => undefined).end("{}");
  child.stdout.resume();
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const timer = setTimeout(() => child.kill("SIGKILL"), processDeadlineMs);
  return new Promise((resolve) =>
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: signal === null ? code : `killed after ${processDeadlineMs} ms`, stderr });
    }),
  );
}

/** The same command line; whatever is asked of it is not done. */
function inert(command: Command, silent: OutputConfiguration): Command {
  command.configureOutput(silent);
  // One that has verbs may do something by itself; one that does not shows its help.
  if (command.commands.length === 0 || actsItself(command)) command.action(() => undefined);
  for (const each of command.commands) inert(each, silent);
  return command;
}

function actsItself(command: Command): boolean {
  return command.registeredArguments.length > 0;
}

/** What the commands read of their options' values: a wrong one is a wrong call, and nothing else. */
function readValues(random: Random): void {
  const value = random() < 0.5 ? String(leaf(random)) : text(random, 30);
  for (const read of [
    () => timeArgument("--from", value, Date.now()),
    () => lengthArgument("--keep", value),
    () => numberArgument("--count", value, { least: 0, most: 1_000 }),
  ]) {
    try {
      read();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
}

/** Command lines of this program, good and bad. */
function commandLines(random: Random, program: Command): () => string[] {
  const paths = leaves(program);
  const value = (): string => (random() < 0.6 ? String(leaf(random)) : text(random, pick(random, [5, 30, 300])));
  return () => {
    const { path, flags } = pick(random, paths);
    const line = random() < 0.95 ? [...path] : [value()];
    for (let more = below(random, 6); more > 0; more -= 1) {
      const chance = random();
      if (chance < 0.45 && flags.length > 0) line.push(pick(random, flags));
      else if (chance < 0.5)
        line.push(pick(random, ["--", "-", "--=", "--help", "-h", "--version", "-V", "help", "--no-json", "--json=1", "-abc"]));
      else if (chance < 0.55 && flags.length > 0) line.push(`${pick(random, flags)}=${value()}`);
      else line.push(value());
    }
    return line;
  };
}

function leaves(command: Command, path: readonly string[] = []): { readonly path: readonly string[]; readonly flags: readonly string[] }[] {
  const flags = command.options.flatMap(({ long }) => (typeof long === "string" ? [long] : []));
  return [{ path, flags }, ...command.commands.flatMap((each) => leaves(each, [...path, each.name()]))];
}
