/**
 * `npm run schema-fuzz -- [--pairs 100000] [--seed 1]`: random pairs of schemas are given to the checker, and payloads that were valid
 * under the first one to the second. Exit code 1 where "compatible" is contradicted, with the seeds of the pairs.
 */
import { parseArgs } from "node:util";
import * as z from "zod";
import { judgePair, randomPair } from "./judge-pair.ts";
import { type Tally, tally } from "./tally.ts";

const { values } = parseArgs({ options: { pairs: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } } });
const [pairs, first] = [Number(values.pairs), Number(values.seed)];
// Each schema is used a dozen times: compiling it would take longer.
z.config({ jitless: true });

const step = 5_000;
const sum: Tally = { pairs: 0, compatible: 0, contradicted: 0, confirmed: 0, removals: 0, unconfirmed: 0, untried: 0, seeds: [] };
for (let done = 0; done < pairs; done += step) {
  const part = tally(first + done, Math.min(step, pairs - done));
  for (const key of ["pairs", "compatible", "contradicted", "confirmed", "removals", "unconfirmed", "untried"] as const)
    sum[key] += part[key];
  sum.seeds.push(...part.seeds);
  if (process.stderr.isTTY) process.stderr.write(`\r${sum.pairs.toLocaleString("en")} pairs`);
}

const verdicts = sum.pairs * 2;
const share = (count: number): string => `${count.toLocaleString("en")} (${((100 * count) / verdicts).toFixed(1)} %)`;
const lines = [
  `${sum.pairs.toLocaleString("en")} pairs of schemas from seed ${first}, each judged for the log and for publishers: ${verdicts.toLocaleString("en")} verdicts`,
  `compatible                          ${share(sum.compatible)}`,
  `  contradicted by a payload         ${sum.contradicted.toLocaleString("en")}`,
  `breaking, shown by a payload        ${share(sum.confirmed)}`,
  `breaking, a field is gone           ${share(sum.removals)}`,
  `breaking, no payload of 12 fails    ${share(sum.unconfirmed)}   (false alarms at most)`,
  `breaking, no valid payload was made ${share(sum.untried)}`,
];
process.stdout.write(`${lines.join("\n")}\n`);
for (const { seed, side } of sum.seeds.slice(0, 10)) {
  const { before, after } = randomPair(seed);
  process.stdout.write(`${JSON.stringify({ seed, side, before, after, payload: judgePair(seed)[side].failing?.payload })}\n`);
}
if (sum.contradicted > 0) process.exitCode = 1;
