/** The measured claims: `npm run bench [-- --only plan,types] [--json]`. Ends with 1 when a goal is missed. */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { audienceBench } from "./audience-bench.ts";
import { callbacksBench } from "./callbacks-bench.ts";
import { cliBench } from "./cli-bench.ts";
import { controlBench } from "./control-bench.ts";
import { deadLettersBench } from "./dead-letters-bench.ts";
import { deliveriesBench } from "./deliveries-bench.ts";
import { economyBench } from "./economy-bench.ts";
import { filterBench } from "./filter-bench.ts";
import { floodBench } from "./flood-bench.ts";
import { httpBench } from "./http-bench.ts";
import { latencyInProcess, latencyToMailroom } from "./latency-bench.ts";
import { ledgerBench } from "./ledger-bench.ts";
import { memoryBench } from "./memory-bench.ts";
import { planBench } from "./plan-bench.ts";
import { archiveBench, diffBench } from "./replay-bench.ts";
import { publishBench } from "./publish-bench.ts";
import { misses, type Result, tableLines } from "./result.ts";
import { sealedBench } from "./sealed-bench.ts";
import { searchBench } from "./search-bench.ts";
import { templatesBench } from "./templates-bench.ts";
import { typesBench } from "./types-bench.ts";

const benches = {
  plan: async () => [planBench()],
  filter: filterBench,
  templates: templatesBench,
  types: async () => [await typesBench()],
  publish: async () => [...(await publishBench("everysec")), ...(await publishBench("always"))],
  sealed: sealedBench,
  search: searchBench,
  "dead-letters": deadLettersBench,
  latency: async () => [await latencyInProcess(), await latencyToMailroom()],
  http: httpBench,
  flood: floodBench,
  callbacks: callbacksBench,
  deliveries: async () => [await deliveriesBench()],
  ledger: ledgerBench,
  diff: async () => [await diffBench()],
  archive: archiveBench,
  economy: async () => [await economyBench()],
  audience: audienceBench,
  cli: cliBench,
  control: controlBench,
  memory: async () => {
    const memory = await memoryBench();
    if (memory === undefined) console.error("This system does not tell how much memory a process takes: that line is missing.");
    return memory === undefined ? [] : [memory];
  },
} satisfies Record<string, () => Promise<Result[]>>;

const { values } = parseArgs({ options: { json: { type: "boolean", default: false }, only: { type: "string" } } });
const all = Object.keys(benches) as (keyof typeof benches)[];
const chosen = values.only === undefined ? all : all.filter((name) => values.only!.split(",").includes(name));
if (chosen.length === 0) {
  console.error(`--only takes some of ${all.join(",")}, not "${values.only}"`);
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const loadBefore = loadavg()[0]!;
const results: Result[] = [];
for (const name of chosen) results.push(...(await benches[name]()));

const machine = { node: process.versions.node, cores: cpus().length, cpu: cpus()[0]?.model, loadBefore };
if (values.json) console.log(JSON.stringify({ machine, results }, undefined, 2));
else {
  for (const line of tableLines(results)) console.log(line);
  console.log(`node ${machine.node}, ${machine.cores} cores (${machine.cpu}), load before ${loadBefore.toFixed(1)}`);
}
process.exit(results.some(misses) ? 1 : 0);
