import { messageOf } from "../../src/base/errors.ts";
import { NotHere } from "./not-here.ts";
import { reportLines } from "./report.ts";
import type { Sabotage } from "./sabotage.ts";
import type { Scenario, Verdict } from "./scenario.ts";
import { openStage, type Stage } from "./stage.ts";

export interface PerformOptions {
  readonly seed: number;
  /** The run's folder stays in any case; else only where an invariant is broken. */
  readonly keep: boolean;
  readonly sabotage?: Sabotage | undefined;
  /** How long a soak takes. */
  readonly minutes?: number | undefined;
}

/** `not run`: this machine does not allow it; `failed`: it could not be run to its end. */
export type Performed = Pick<Verdict, "broken"> | "not run" | "failed";

/** Runs a scenario on a stage of its own, and prints what came of it. */
export async function perform(scenario: Scenario, { seed, keep, sabotage, minutes }: PerformOptions): Promise<Performed> {
  console.log(`${scenario.name}: ${scenario.about} …`);
  const started = performance.now();
  let stage: Stage | undefined;
  let performed: Performed = "failed";
  try {
    stage = await openStage({ seed, sabotage, minutes, say: (line) => console.log(`  ${line}`), ...scenario.stage });
    const result = await scenario.run(stage);
    performed = result;
    const seconds = (performance.now() - started) / 1_000;
    for (const line of reportLines(scenario, result, { seed, seconds, redisVersion: stage.redisVersion })) console.log(line);
  } catch (error) {
    if (error instanceof NotHere) {
      console.log(`${scenario.name}: not run: ${error.message}`);
      performed = "not run";
    } else console.log(`${scenario.name}: BROKEN: it could not be run to its end (seed ${seed}): ${messageOf(error)}`);
  }
  const stays = keep || (sabotage === undefined && !holds(performed));
  if (stays && stage !== undefined) console.log(`  its files: ${stage.folder}`);
  await stage?.close({ keep: stays });
  return performed;
}

export function holds(performed: Performed): boolean {
  return performed === "not run" || (performed !== "failed" && performed.broken.length === 0);
}
