import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches, parse } from "../../src/filter/index.ts";
import { unitsOf } from "../../src/filter/units.ts";
import { likeOf, wildcardSearch } from "../../src/filter/wildcard-search.ts";

/** Of few letters, so that there is much that nearly fits. */
const letters = (alphabet: string, most: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { maxLength: most }).map((each) => each.join(""));

/** Whether the platform finds each part behind the one before it, between the ends. */
function isLikePlainly(parts: readonly string[], text: string): boolean {
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let rest = text.slice(first.length, text.length - last.length);
  for (const part of parts.slice(1, -1)) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}

const like = (wildcard: string, text: string): boolean => matches(parse({ a: [{ wildcard }] }), { a: text });

describe("the search for what stands between two stars", () => {
  it("finds of up to five wildcards at once those that the platform finds one by one, in texts short and long", () => {
    const seen = { like: 0, unlike: 0 };
    const part = letters("abЖ", 4).filter((each) => each !== "");
    const parts = fc
      .tuple(letters("ab", 3), fc.array(part, { maxLength: 4 }), letters("ab", 3))
      .map(([first, between, last]) => [first, ...between, last]);
    const text = fc.oneof(letters("abЖ", 20), letters("ab", 400), letters("abЖ\u0416\u0016c", 60));
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 5 }), text, (lists, within) => {
        const search = wildcardSearch(lists);
        const found = likeOf(search, within, unitsOf(within), 31);
        const got = lists.map((_, index) => (found & (1 << index)) !== 0);
        const wanted = lists.map((each) => isLikePlainly(each, within));
        expect([lists, within, got]).toEqual([lists, within, wanted]);
        for (const each of wanted) seen[each ? "like" : "unlike"] += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.like, seen.unlike)).toBeGreaterThan(100);
  });

  it("goes on behind the part before it, and leaves the end to the last", () => {
    const long = "x".repeat(300);
    expect(like("*ab*ab*", `${long}ab${long}`)).toBe(false);
    expect(like("*ab*ab*", `${long}ab${long}ab`)).toBe(true);
    expect(like("*aba*ba", `${long}aba`)).toBe(false);
    expect(like("*aba*ba", `${long}ababa`)).toBe(true);
    expect(like("x*Ж*x", `${long}Ж${long}`)).toBe(true);
    expect(like("x*Ж*x", `${long}\u0016${long}`)).toBe(false);
  });
});

describe("a long list", () => {
  const value = fc.oneof(
    letters("abA", 2),
    letters("ab", 90),
    fc.integer({ min: -3, max: 300 }),
    fc.constantFrom(1.5, true, null, "10.0.0.1", "::1", "aЖ"),
  );
  const text = letters("abA", 3).filter((one) => one !== "");
  const wildcardLists = [["*a*b*", "b*"], ["a*", "*a"], ["*b*b*"]];
  const entry: fc.Arbitrary<unknown> = fc.oneof(
    value,
    fc.constantFrom("prefix", "suffix", "equals-ignore-case").chain((name) => text.map((one) => ({ [name]: one }))),
    fc.constantFrom("prefix", "suffix").chain((name) => text.map((one) => ({ [name]: { "equals-ignore-case": one } }))),
    fc.constantFrom("*a*b*", "a*", "*b*b*").map((wildcard) => ({ wildcard })),
    fc.constantFrom(...wildcardLists).map((wildcard) => ({ "anything-but": { wildcard } })),
    fc.array(text, { minLength: 1, maxLength: 3 }).map((texts) => ({ "anything-but": texts })),
    fc.constantFrom("prefix", "suffix", "equals-ignore-case").chain((name) => text.map((one) => ({ "anything-but": { [name]: one } }))),
    fc.integer({ min: 0, max: 300 }).map((than) => ({ numeric: [">", than] })),
    fc.constantFrom("10.0.0.0/8", "::/64").map((cidr) => ({ cidr })),
  );
  const entries = fc.array(entry, { minLength: 1, maxLength: 3 });

  it("has a value that meets a list of a pattern where one of its values does by itself", () => {
    const seen = { yes: 0, no: 0 };
    fc.assert(
      fc.property(entries, entries, fc.array(value, { minLength: 66, maxLength: 80 }), (one, other, list) => {
        // Both lists ask for the same field, so that each is to be met by some value.
        const pattern = parse({ a: one, $or: [{ a: other }, { b: [1] }] });
        const meets = (wanted: unknown): boolean => list.some((a) => matches(parse({ a: wanted }), { a }));
        const wanted = meets(one) && meets(other);
        expect(matches(pattern, { a: list })).toBe(wanted);
        seen[wanted ? "yes" : "no"] += 1;
      }),
      { numRuns: 150 },
    );
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(5);
  });

  it("of objects has one that meets a pattern, however many came before it", () => {
    const fields = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`k${index}`, [{ exists: false }, index]]));
    const pattern = parse({ a: { ...fields, "b.c": [7] } });
    const others = Array.from({ length: 3_000 }, (_, index) => ({ [`k${index % 12}`]: 99, "b.c": 7 }));
    const large = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`x${index}`, 1]));
    expect(matches(pattern, { a: others })).toBe(false);
    expect(matches(pattern, { a: [...others, { ...large, b: { c: 7 }, k3: 3, k1: 1 }] })).toBe(true);
    expect(matches(pattern, { a: [...others, { ...large, b: { c: 7 }, k3: 4 }] })).toBe(false);
    // The same in the first object, where the pattern's keys are looked for.
    expect(matches(pattern, { a: [{ ...large, b: { c: 7 }, k3: 3 }] })).toBe(true);
  });
});

describe("a key with dots beside the same path without", () => {
  it.each([1, 2])("has both values, in whatever order: %i", (value) => {
    const pattern = parse({ a: { b: [value], c: [{ exists: false }, 3] } });
    expect(matches(pattern, { "a.b": 2, a: { b: 1 } })).toBe(true);
    expect(matches(pattern, { a: { b: 1 }, "a.b": 2 })).toBe(true);
    expect(matches(pattern, { a: { b: 1, c: 4 }, "a.b": 2 })).toBe(false);
    const many = Array.from({ length: 9_000 }, () => ({}));
    expect(matches(parse({ x: { a: { b: [value] } } }), { x: [...many, { "a.b": 2, a: { b: 1 } }] })).toBe(true);
  });
});
