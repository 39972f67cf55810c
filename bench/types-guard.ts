/**
 * Part of `npm run check`: ends with 1 when the types have become slow. A machine that is busy gets three tries, because the question is
 * what the types cost, and not what else runs.
 */
import { typesBench, typesGoal } from "./types-bench.ts";

const tries = 3;
const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

let best = Number.POSITIVE_INFINITY;
for (let attempt = 0; attempt < tries && best >= typesGoal; attempt++) best = Math.min(best, (await typesBench(1)).p50);
console.log(`Types of 300 topics and 300 subscribers: ${seconds(best)} cold (at most ${seconds(typesGoal)}).`);
if (best >= typesGoal) {
  console.error(
    "The types have become slow. `npx tsc --project … --generateTrace` says where; bench/type-project.ts writes the application.",
  );
  process.exit(1);
}
