import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";
import { typedTopics, writeTypeProject } from "./type-project.ts";

const root = join(import.meta.dirname, "..");

/** Milliseconds that a cold check of the types of 300 topics and 300 subscribers may take. */
export const typesGoal = 4_000;

/**
 * Checks the types of an application of 300 topics and 300 subscribers that has busbar installed, cold: nothing is kept from one run to
 * the next.
 * @throws Error with what tsc printed when the application does not compile
 */
export async function typesBench(runs = 5): Promise<Result> {
  return withApplication(async (config) => {
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await timeOfCheck(config));
    const what = `tsc of ${typedTopics} topics and ${typedTopics} subscribers, cold`;
    return { what, unit: "ms", p50: percentile(times, 0.5), p99: undefined, count: runs, goal: typesGoal };
  });
}

async function withApplication<Value>(work: (config: string) => Promise<Value>): Promise<Value> {
  // Inside the clone, so that its packages are found; git ignores the folder.
  const folder = join(root, ".busbar", `types-${process.pid}`);
  try {
    const config = await writeTypeProject(folder, root);
    await writePackage(join(folder, "node_modules", "busbar"));
    return await work(config);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * How many types such a check makes: the same on every machine, however fast or busy it is.
 * @throws Error when the application does not compile, or tsc does not say
 */
export async function typeInstantiations(): Promise<number> {
  return withApplication(async (config) => {
    const printed = await tsc(["--project", config, "--extendedDiagnostics"]);
    const count = /^Instantiations:\s+(\d+)/m.exec(printed)?.[1];
    if (count === undefined) throw new Error(`tsc does not say how many types it made:\n${printed.slice(0, 1_000)}`);
    return Number(count);
  });
}

/** busbar as those have it who installed it: its declarations. */
async function writePackage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const exports = { ".": { types: "./dist/index.d.ts" } };
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "busbar", type: "module", exports }));
  await tsc(["--project", join(root, "bin", "tsconfig.build.json"), "--emitDeclarationOnly", "--outDir", join(folder, "dist")]);
}

async function timeOfCheck(config: string): Promise<number> {
  const start = performance.now();
  await tsc(["--project", config]);
  return performance.now() - start;
}

async function tsc(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`it does not compile:\n${printed.slice(0, 4_000)}`);
  return printed;
}
