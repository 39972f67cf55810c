/**
 * The chaos suite: `npm run chaos`, or `npm run chaos -- --scenario NAME --seed N [--keep] [--sabotage NAME]`.
 * Real processes are killed and paused under load; what arrived is judged from the providers' own log alone.
 * It ends with 1 when an invariant is broken, and with 2 when it was called wrongly.
 */
import { parseArgs } from "node:util";
import { messageOf } from "../../src/base/errors.ts";
import { type Sabotage, sabotages } from "./load.ts";
import { reportLines } from "./report.ts";
import { NoDisk } from "./disk.ts";
import type { Scenario } from "./scenario.ts";
import { callbacks, callbacksFew } from "./scenarios/callbacks.ts";
import { crashPoints } from "./scenarios/crash-points.ts";
import { cutReplies } from "./scenarios/cut-replies.ts";
import { deadWorker } from "./scenarios/dead-worker.ts";
import { deadRouter } from "./scenarios/dead-router.ts";
import { diskFull } from "./scenarios/disk-full.ts";
import { forgottenScripts } from "./scenarios/forgotten-scripts.ts";
import { memoryFull } from "./scenarios/memory-full.ts";
import { wrongSettings } from "./scenarios/wrong-settings.ts";
import { killRedis } from "./scenarios/kill-redis.ts";
import { hungRedis } from "./scenarios/hung-redis.ts";
import { redisAway, redisAwayLong } from "./scenarios/redis-away.ts";
import { killWorkers } from "./scenarios/kill-workers.ts";
import { pausedWorker } from "./scenarios/paused-worker.ts";
import { poison } from "./scenarios/poison.ts";
import { lostReplies, lostRepliesHeld } from "./scenarios/lost-replies.ts";
import { providerDown, providerDownLong } from "./scenarios/provider-down.ts";
import { refusingQueue } from "./scenarios/refusing-queue.ts";
import { rollingDeploy } from "./scenarios/rolling-deploy.ts";
import { sigterm } from "./scenarios/sigterm.ts";
import { standard, standardSmall } from "./scenarios/standard.ts";
import { takeOver } from "./scenarios/take-over.ts";
import { openStage, type Stage } from "./stage.ts";

const scenarios: readonly Scenario[] = [
  standard,
  standardSmall,
  crashPoints,
  killWorkers,
  deadWorker,
  killRedis,
  hungRedis,
  redisAway,
  redisAwayLong,
  diskFull,
  memoryFull,
  wrongSettings,
  cutReplies,
  forgottenScripts,
  sigterm,
  rollingDeploy,
  refusingQueue,
  takeOver,
  deadRouter,
  poison,
  pausedWorker,
  providerDown,
  providerDownLong,
  lostReplies,
  lostRepliesHeld,
  callbacksFew,
  callbacks,
];

const { values } = parseArgs({
  options: {
    scenario: { type: "string", multiple: true },
    seed: { type: "string" },
    keep: { type: "boolean", default: false },
    sabotage: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const chosen =
  values.scenario === undefined
    ? scenarios.filter(({ long }) => long !== true)
    : scenarios.filter((scenario) => values.scenario!.some((asked) => isCalled(scenario, asked)));
const unknown = (values.scenario ?? []).filter((asked) => !scenarios.some((scenario) => isCalled(scenario, asked)));
const sabotage = sabotages.find((name) => name === values.sabotage);

if (values.help || unknown.length > 0 || !Number.isInteger(seed) || sabotage !== (values.sabotage as Sabotage | undefined)) {
  if (unknown.length > 0) console.error(`No scenario is called ${unknown.join(", ")}.`);
  console.error("Usage: npm run chaos -- [--scenario NAME or number]… [--seed N] [--keep (the run's folder)] [--sabotage NAME]");
  for (const { code, name, about } of scenarios) console.error(`  ${code.padEnd(4)} ${name.padEnd(20)} ${about}`);
  console.error(`Sabotages, which must end as broken: ${sabotages.join(", ")}`);
  process.exit(values.help ? 0 : 2);
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

let broken = 0;
for (const scenario of chosen) if (!(await perform(scenario))) broken += 1;
console.log(broken === 0 ? `All ${chosen.length} hold.` : `${broken} of ${chosen.length} broken.`);
process.exit(broken === 0 ? 0 : 1);

function isCalled({ name, code }: Scenario, asked: string): boolean {
  return name === asked || code.toLowerCase() === asked.toLowerCase();
}

/** False when an invariant is broken. */
async function perform(scenario: Scenario): Promise<boolean> {
  console.log(`${scenario.name}: ${scenario.about} …`);
  const started = performance.now();
  let stage: Stage | undefined;
  let holds = false;
  try {
    stage = await openStage({ seed, sabotage, say: (line) => console.log(`  ${line}`), ...scenario.stage });
    const result = await scenario.run(stage);
    holds = result.broken.length === 0;
    const seconds = (performance.now() - started) / 1_000;
    for (const line of reportLines(scenario, result, { seed, seconds, redisVersion: stage.redisVersion })) console.log(line);
  } catch (error) {
    if (error instanceof NoDisk) {
      console.log(`${scenario.name}: not run: ${error.message}`);
      return true;
    }
    console.log(`${scenario.name}: BROKEN: it could not be run to its end (seed ${seed}): ${messageOf(error)}`);
  }
  const keep = values.keep || !holds;
  if (keep && stage !== undefined) console.log(`  its files: ${stage.folder}`);
  await stage?.close({ keep });
  return holds;
}
