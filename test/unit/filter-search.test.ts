import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches, parse } from "../../src/filter/index.ts";
import { behind, partOf } from "../../src/filter/part-search.ts";
import { unitsOf } from "../../src/filter/units.ts";

/** Of few letters, so that there is much that nearly fits. */
const letters = (alphabet: string, most: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { maxLength: most }).map((each) => each.join(""));

/** Where the platform says that a text goes on behind a part. */
function behindPlainly(part: string, text: string, [from, end]: readonly [number, number]): number {
  const at = text.slice(0, end).indexOf(part, from);
  return at < 0 ? -1 : at + part.length;
}

const hasEvenBits = (index: number): boolean => [...index.toString(2)].filter((bit) => bit === "1").length % 2 === 0;
const like = (wildcard: string, text: string): boolean => matches(parse({ a: [{ wildcard }] }), { a: text });

/** Of two letters; written with the other two, its polynomial hash is the same where hashes are cut to 32 bits and it is long enough. */
function thueMorse(length: number, [one, other]: readonly [string, string]): string {
  return Array.from({ length }, (_, index) => (hasEvenBits(index) ? one : other)).join("");
}

describe("the search for what stands between two stars", () => {
  it("finds the first place that the platform finds, of texts short and long, within bounds", () => {
    let found = 0;
    const cases = fc.record({
      part: letters("abЖ", 4).filter((part) => part !== ""),
      text: fc.oneof(letters("abЖ", 20), letters("ab", 400)),
      cutBefore: fc.nat(10),
      cutBehind: fc.nat(10),
    });
    fc.assert(
      fc.property(cases, ({ part, text, cutBefore, cutBehind }) => {
        const [from, end] = [Math.min(cutBefore, text.length), Math.max(0, text.length - cutBehind)];
        const wanted = behindPlainly(part, text, [from, end]);
        expect([part, text, from, end, behind(partOf(part), unitsOf(text), from, end)]).toEqual([part, text, from, end, wanted]);
        if (wanted >= 0) found += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it("is not led astray by a text that has the part's hash everywhere", () => {
    // One letter more and one less, in the order of Thue and Morse, weigh nothing.
    const part = `${"b".repeat(500)}${thueMorse(256, ["a", "c"])}`;
    const text = "b".repeat(20_000);
    expect(behind(partOf(part), unitsOf(text), 0, text.length)).toBe(-1);
    const hidden = `${text}${part}${text}`;
    expect(behind(partOf(part), unitsOf(hidden), 0, hidden.length)).toBe(text.length + part.length);
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
