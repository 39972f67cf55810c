import { expect, it, onTestFinished } from "vitest";
import { smoke } from "../chaos/scenarios/kill-all.ts";
import { openStage } from "../chaos/stage.ts";

const seed = Date.now() % 1_000_000;

it(`E6 I1 I4 I5: ${smoke.about}: what is acknowledged arrives`, { timeout: 180_000 }, async () => {
  const stage = await openStage({ seed, say: console.log, ...smoke.stage });
  onTestFinished(() => stage.close({ keep: false }));
  const { judgement, bound, broken } = await smoke.run(stage);
  expect(broken, `npm run chaos -- --scenario smoke --seed ${seed}`).toEqual([]);
  expect(judgement).toMatchObject({ acknowledged: 2_000, expected: 2_000, lost: [], strange: [] });
  expect(judgement.duplicates).toBeLessThanOrEqual(bound);
  expect(stage.faults).toHaveLength(10);
});
