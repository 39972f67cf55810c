import { describe, expect, it } from "vitest";
import { hostileFilters } from "../../bench/hostile-filters.ts";
import { explain, matches, parse } from "../../src/filter/index.ts";

/**
 * The bench measures milliseconds. Here it is enough that no pair takes more than a few dozen times as long as looking once at each character of
 * a payload: what grows with the pattern takes thousands.
 */
const mostPasses = 120;

const cpuMs = (): number => process.cpuUsage().user / 1_000;

function best(rounds: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const begun = cpuMs();
    work();
    least = Math.min(least, cpuMs() - begun);
  }
  return least;
}

const text = "a".repeat(256 * 1_024);
let sum = 0;
const onePass = (): void => {
  for (let index = 0; index < text.length; index++) sum += text.charCodeAt(index);
};

describe("what matching costs, whatever the pattern", () => {
  const pass = best(20, onePass);

  it.each(hostileFilters().map((each) => [each.name, each] as const))("is bounded by the payload: %s", (_, { pattern, payload }) => {
    const parsed = parse(pattern);
    const least = best(12, () => matches(parsed, payload));
    expect(least / pass).toBeLessThan(mostPasses);
    // The reason is made from the same walk.
    expect(explain(parsed, payload) === undefined).toBe(matches(parsed, payload));
    expect(sum).toBeGreaterThan(0);
  });
});
