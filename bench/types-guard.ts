/**
 * Part of `npm run check`: ends with 1 when the types have become expensive. It counts and takes no time, because that says more of the
 * machine than of the types; `npm run bench -- --only types` has the time.
 */
import { typedTopics } from "./type-project.ts";
import { typeInstantiations } from "./types-bench.ts";

/** A tenth more than the types needed when this was written. */
const most = 2_350_000;

const count = await typeInstantiations();
const inWords = (value: number): string => value.toLocaleString("en");
console.log(`Types of ${typedTopics} topics and ${typedTopics} subscribers: ${inWords(count)} instantiations (at most ${inWords(most)}).`);
if (count > most) {
  console.error(
    "The types have become expensive. `npx tsc --project … --generateTrace` says where; bench/type-project.ts writes the application.",
  );
  process.exit(1);
}
