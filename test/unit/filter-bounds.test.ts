import { describe, expect, it } from "vitest";
import { craftedFilter } from "../../bench/crafted-filters.ts";
import { hostileFilters } from "../../bench/hostile-filters.ts";
import { explain, matches, parse } from "../../src/filter/index.ts";

/** What grows with the pattern times the payload takes minutes; the bench (`--only filter`) has the milliseconds. */
const enough = 10_000;

describe("what matching costs, whatever the pattern", () => {
  const crafted = Array.from({ length: 20 }, (_, seed) => craftedFilter(seed));
  it.each([...hostileFilters(), ...crafted].map((each) => [each.name, each] as const))(
    "comes to its end on 256 KB, and the reason is made from the same walk: %s",
    { timeout: enough },
    (_, { pattern, json }) => {
      const payload: unknown = JSON.parse(json);
      const parsed = parse(pattern);
      expect(explain(parsed, payload) === undefined).toBe(matches(parsed, payload));
    },
  );
});
