/**
 * The chaos suite: `npm run chaos`, or `npm run chaos -- [--quick] [--scenario NAME]… [--seed N] [--keep] [--minutes N] [--sabotage NAME] [--sabotages]`.
 * Real processes are killed and paused under load; what arrived is judged from the providers' own log alone.
 * It ends with 1 when an invariant is broken, and with 2 when it was called wrongly.
 */
import { parseArgs } from "node:util";
import { holds, perform } from "./perform.ts";
import { sabotages } from "./sabotage.ts";
import type { Scenario } from "./scenario.ts";
import { quick, scenarios } from "./scenarios.ts";
import { trySabotages } from "./try-sabotages.ts";

const { values } = parseArgs({
  options: {
    scenario: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    seed: { type: "string" },
    minutes: { type: "string" },
    keep: { type: "boolean", default: false },
    sabotage: { type: "string" },
    sabotages: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const { keep, scenario: asked } = values;
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const sabotage = sabotages.find((name) => name === values.sabotage);
const problems = (asked ?? [])
  .filter((name) => !scenarios.some((scenario) => isCalled(scenario, name)))
  .map((name) => `No scenario is called ${name}.`);
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
if (minutes !== undefined && !(minutes > 0)) problems.push("--minutes takes a number, and is for the soak.");
if (!Number.isInteger(seed)) problems.push("--seed takes a whole number.");
if (values.sabotage !== undefined && sabotage === undefined) problems.push(`No sabotage is called ${values.sabotage}.`);
if (values.quick && asked !== undefined) problems.push("--quick has scenarios of its own: leave --scenario out.");
if (values.sabotages && (values.quick || asked !== undefined || sabotage !== undefined))
  problems.push("--sabotages tries each on the scenario that must see it: give nothing else but --seed and --keep.");

if (values.help || problems.length > 0) {
  for (const problem of problems) console.error(problem);
  console.error(
    "Usage: npm run chaos -- [--scenario NAME or number]… [--quick] [--seed N] [--keep (the run's folder)] [--minutes N (of the soak)] [--sabotage NAME]",
  );
  console.error("   or: npm run chaos -- --sabotages [--seed N]");
  for (const { code, name, about, long } of scenarios)
    console.error(`  ${code.padEnd(4)} ${name.padEnd(20)} ${about}${long === true ? " (only where it is named)" : ""}`);
  console.error(`--quick: ${quick.map(({ name }) => name).join(", ")}`);
  console.error(`Sabotages, which must end as broken: ${sabotages.join(", ")}; --sabotages tries them all`);
  process.exit(values.help ? 0 : 2);
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

if (values.sabotages) process.exit((await trySabotages({ seed, keep })) ? 0 : 1);

const chosen = values.quick ? quick : scenarios.filter((scenario) => isChosen(scenario));
let broken = 0;
for (const scenario of chosen) if (!holds(await perform(scenario, { seed, keep, sabotage, minutes }))) broken += 1;
console.log(broken === 0 ? `All ${chosen.length} hold.` : `${broken} of ${chosen.length} broken.`);
process.exit(broken === 0 ? 0 : 1);

function isChosen(scenario: Scenario): boolean {
  return asked === undefined ? scenario.long !== true : asked.some((name) => isCalled(scenario, name));
}

/** By its name, or by its number: of several that share one, those that do not take long. */
function isCalled({ name, code, long }: Scenario, called: string): boolean {
  const shared = scenarios.some((other) => other.code === code && other.long !== true);
  return name === called || (code.toLowerCase() === called.toLowerCase() && !(long === true && shared));
}
