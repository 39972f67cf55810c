import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mismatch } from "../../src/filter/explain.ts";
import { matches } from "../../src/filter/match.ts";
import { parsePattern } from "../../src/filter/parse.ts";

/** A second implementation, which reads the pattern as it is written and cares for nothing but being plain. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function accepts(pattern: Fields, data: unknown): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === "$or") return (wanted as readonly Fields[]).some((branch) => accepts(branch, data));
    const value = isFields(data) && Object.keys(data).includes(key) ? data[key] : undefined;
    const found = flattened(value);
    if (isFields(wanted)) return (found.length === 0 ? [undefined] : found).some((part) => accepts(wanted, part));
    const leaves = found.filter((part) => part !== undefined && !isFields(part));
    return (wanted as readonly Json[]).some((entry) => entryAccepts(entry, leaves));
  });
}

function flattened(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(flattened) : [value];
}

function entryAccepts(entry: Json, leaves: readonly unknown[]): boolean {
  if (!isFields(entry)) return leaves.some((leaf) => leaf === entry);
  if ("exists" in entry) return entry["exists"] === leaves.length > 0;
  if ("prefix" in entry) return leaves.some((leaf) => begins(leaf, entry["prefix"]));
  if ("numeric" in entry) return leaves.some((leaf) => typeof leaf === "number" && inRange(leaf, entry["numeric"] as readonly Json[]));
  const operand = entry["anything-but"];
  if (isFields(operand)) return leaves.some((leaf) => ![operand["prefix"]].flat().some((prefix) => begins(leaf, prefix)));
  return leaves.some((leaf) => ![operand].flat().some((value) => value === leaf));
}

const begins = (leaf: unknown, prefix: unknown): boolean => typeof leaf === "string" && leaf.slice(0, String(prefix).length) === prefix;

function inRange(leaf: number, [sign, than, ...rest]: readonly Json[]): boolean {
  const bound = Number(than);
  const kept = String(sign).includes("=") && leaf === bound;
  return (
    (kept || (sign === "<" || sign === "<=" ? leaf < bound : sign === "=" ? false : leaf > bound)) &&
    (rest.length === 0 || inRange(leaf, rest))
  );
}

// Few keys and values, so that much of what is generated matches.
const key = fc.constantFrom("a", "b", "c");
const text = fc.constantFrom("", "x", "xy", "y");
const number = fc.constantFrom(-1, 0, 1, 1.5, 2);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));

const valueOf = (levels: number): fc.Arbitrary<Json> =>
  levels === 0 ? scalar : fc.oneof(scalar, fc.array(valueOf(levels - 1), { maxLength: 3 }), dataOf(levels - 1));
const dataOf = (levels: number): fc.Arbitrary<Fields> =>
  fc.dictionary(key, valueOf(levels), { minKeys: 1, maxKeys: 3, noNullPrototype: true });

const range = fc
  .tuple(fc.constantFrom(">", ">="), number, fc.constantFrom("<", "<="), number)
  .filter(([, lower, , upper]) => lower < upper);
const entry: fc.Arbitrary<Json> = fc.oneof(
  { arbitrary: scalar, weight: 3 },
  fc.boolean().map((exists) => ({ exists })),
  text.map((prefix) => ({ prefix })),
  fc.tuple(fc.constantFrom("<", "<=", "=", ">=", ">"), number).map((numeric) => ({ numeric })),
  range.map((numeric) => ({ numeric })),
  fc
    .oneof(text, number, fc.array(text, { minLength: 1, maxLength: 3 }), fc.array(number, { minLength: 1, maxLength: 3 }))
    .map((value) => ({ "anything-but": value })),
  fc.constantFrom("x", ["x"], ["xy", "y"]).map((prefix) => ({ "anything-but": { prefix } })),
);
const leaf = fc.array(entry, { minLength: 1, maxLength: 5 });
function patternOf(levels: number): fc.Arbitrary<Fields> {
  const field = levels === 0 ? leaf : fc.oneof(leaf, patternOf(levels - 1));
  const fields = fc.dictionary(key, field, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
  if (levels === 0) return fields;
  const or = fc.array(patternOf(levels - 1), { minLength: 2, maxLength: 3 }).map(($or) => ({ $or }));
  return fc.oneof(
    { arbitrary: fields, weight: 3 },
    { arbitrary: or, weight: 1 },
    { arbitrary: fc.tuple(fields, or).map(([beside, branches]) => ({ ...beside, ...branches })), weight: 1 },
  );
}

describe("any pattern", () => {
  it("matches what a second implementation says, and gives a reason of one line exactly where it does not", () => {
    const seen = { match: 0, mismatch: 0 };
    fc.assert(
      fc.property(patternOf(2), fc.array(dataOf(2), { minLength: 20, maxLength: 20 }), (written, payloads) => {
        const parsed = parsePattern(written);
        if ("problems" in parsed) throw new Error(parsed.problems.join("\n"));
        for (const payload of payloads) {
          const wanted = accepts(written, payload);
          const reason = mismatch(parsed.matcher, payload);
          expect({ matches: matches(parsed.matcher, payload), reason: reason === undefined }).toEqual({ matches: wanted, reason: wanted });
          expect(reason ?? "it matches").toMatch(/^[^\p{Cc}]{5,}$/u);
          seen[wanted ? "match" : "mismatch"] += 1;
        }
      }),
      { numRuns: 1_000 },
    );
    // Else it would prove nothing.
    expect(Math.min(seen.match, seen.mismatch)).toBeGreaterThan(300);
  });

  it("is read or refused, whatever it is, and what is read is matched with anything", () => {
    const written = fc.oneof(
      fc.anything({ maxDepth: 3 }),
      fc.object({ key: fc.constantFrom("a", "$or", "prefix", "__proto__"), maxDepth: 3 }),
    );
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(written, patternOf(1)), fc.anything({ maxDepth: 3 }), (pattern, payload) => {
        const parsed = parsePattern(pattern);
        const reason = "problems" in parsed ? parsed.problems[0] : (mismatch(parsed.matcher, payload) ?? "it matches");
        expect(reason).toEqual(expect.any(String));
        if ("matcher" in parsed) read += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(read).toBeGreaterThan(50);
  });
});
