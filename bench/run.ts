/** The measured claims: `npm run bench [-- --json]`. Ends with 1 when a goal is missed. */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { latencyInProcess, latencyToMailroom } from "./latency-bench.ts";
import { memoryBench } from "./memory-bench.ts";
import { publishBench } from "./publish-bench.ts";
import { misses, type Result, tableLines } from "./result.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const loadBefore = loadavg()[0]!;
const results: Result[] = [
  ...(await publishBench("everysec")),
  ...(await publishBench("always")),
  await latencyInProcess(),
  await latencyToMailroom(),
];
const memory = await memoryBench();
if (memory === undefined) console.error("This system does not tell how much memory a process takes: that line is missing.");
else results.push(memory);

const machine = { node: process.versions.node, cores: cpus().length, cpu: cpus()[0]?.model, loadBefore };
if (values.json) console.log(JSON.stringify({ machine, results }, undefined, 2));
else {
  for (const line of tableLines(results)) console.log(line);
  console.log(`node ${machine.node}, ${machine.cores} cores (${machine.cpu}), load before ${loadBefore.toFixed(1)}`);
}
process.exit(results.some(misses) ? 1 : 0);
