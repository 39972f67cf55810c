import * as fc from "fast-check";
import { expect, it } from "vitest";
import * as z from "zod";
import { judgePair, randomPair } from "../schema-fuzz/judge-pair.ts";
import { sides, tally } from "../schema-fuzz/tally.ts";

/** `npm run schema-fuzz` tries 100,000 pairs. */
const pairs = 800;

const holds = (seed: number): boolean => {
  const judged = judgePair(seed);
  return sides.every((side) => !judged[side].compatible || judged[side].failing === undefined);
};

it("never says compatible of two schemas where a payload that fitted the first does not fit the second", () => {
  z.config({ jitless: true });
  const run = fc.check(fc.property(fc.integer({ min: 0, max: 0x7fffffff }), holds), { numRuns: pairs, endOnFailure: true });
  const [seed] = run.counterexample ?? [];
  expect(seed === undefined ? "holds" : { seed, ...randomPair(seed), ...judgePair(seed) }).toBe("holds");
});

it("tells most pairs apart by payloads, so that the property above says something", () => {
  const { compatible, confirmed, unconfirmed } = tally(1, 100);
  expect(compatible).toBeGreaterThan(30);
  expect(confirmed).toBeGreaterThan(75);
  expect(unconfirmed).toBeLessThan(confirmed);
});
