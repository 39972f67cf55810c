/**
 * F23: `npm run fuzz`, or `npm run fuzz -- [--inputs N] [--processes N] [--seed N]`. Inputs that nobody should send, over HTTP to a server in a
 * process of its own, and to the arguments of the command line. Each has to be answered within five seconds, and never by a 5xx but 503.
 * It ends with 1 when that does not hold, and with 2 when it was called wrongly.
 */
import { parseArgs } from "node:util";
import { seeded } from "../random.ts";
import { fuzzArguments, fuzzProcesses } from "./fuzz-cli.ts";
import { fuzzHttp } from "./fuzz-http.ts";

/** Of all inputs, those over HTTP. */
const overHttp = 0.8;

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "200000" },
    processes: { type: "string", default: "100" },
    seed: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const [inputs, processes, seed] = [Number(values.inputs), Number(values.processes), Number(values.seed ?? Date.now() % 1_000_000)];
if (values.help || ![inputs, processes, seed].every((number) => Number.isInteger(number) && number >= 0)) {
  console.error(
    "Usage: npm run fuzz -- [--inputs N (200000: four of five over HTTP, the rest command lines)] [--processes N (100)] [--seed N]",
  );
  process.exit(values.help ? 0 : 2);
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const say = (line: string): void => console.log(`  ${line}`);
const started = performance.now();
const http = Math.round(inputs * overHttp);
console.log(`fuzz: ${http} requests, ${inputs - http} command lines, ${processes} of the real command (seed ${seed}) …`);
const random = (part: number) => seeded(seed + part);
const results = [
  await fuzzHttp({ random: random(0), inputs: http, say }),
  await fuzzArguments({ random: random(1), inputs: inputs - http, say }),
  await fuzzProcesses({ random: random(2), inputs: processes, say }),
];
const broken = results.flatMap((result) => result.broken);
const seconds = ((performance.now() - started) / 1_000).toFixed(0);
console.log(`fuzz: ${broken.length === 0 ? "holds" : "BROKEN"} (${seconds} s, seed ${seed}, node ${process.versions.node})`);
for (const { outcomes, figures } of results)
  for (const [name, value] of Object.entries({ ...outcomes, ...figures })) console.log(`  ${name}: ${value}`);
for (const sentence of broken) console.log(`  BROKEN: ${sentence}`);
process.exit(broken.length === 0 ? 0 : 1);
