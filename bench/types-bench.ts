import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";
import { typedTopics, writeTypeProject } from "./type-project.ts";

const root = join(import.meta.dirname, "..");

/** Seconds that a cold check of the types of 300 topics and 300 subscribers may take. */
export const typesGoal = 4_000;

/**
 * Checks the types of an application of 300 topics and 300 subscribers, cold: nothing is kept from one run to the next.
 * @throws Error with what tsc printed when the application does not compile
 */
export async function typesBench(runs = 5): Promise<Result> {
  // Inside the clone, so that its packages are found; git ignores the folder.
  const folder = join(root, ".busbar", `types-${process.pid}`);
  try {
    const config = await writeTypeProject(folder, root);
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await timeOfCheck(config));
    const what = `tsc of ${typedTopics} topics and ${typedTopics} subscribers, cold`;
    return { what, unit: "ms", p50: percentile(times, 0.5), p99: undefined, count: runs, goal: typesGoal };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeOfCheck(config: string): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "--project", config], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the application does not compile:\n${printed.slice(0, 4_000)}`);
  return performance.now() - start;
}
