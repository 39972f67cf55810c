import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mismatch } from "../../src/filter/explain.ts";
import { matches } from "../../src/filter/match.ts";
import { parsePattern } from "../../src/filter/parse.ts";

/** A second implementation, which reads the pattern as it is written and cares for nothing but being plain. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** One test of a rule without `$or`: where, and the list that is written there. */
interface Test {
  readonly keys: readonly string[];
  readonly list: readonly Json[];
}

/** A pattern is the rules that remain when of each `$or` one branch is taken, in all combinations. */
function rulesOf(pattern: Fields, keys: readonly string[] = []): Test[][] {
  let rules: Test[][] = [[]];
  for (const [name, wanted] of Object.entries(pattern)) {
    let parts: Test[][];
    if (name === "$or") parts = (wanted as readonly Fields[]).flatMap((branch) => rulesOf(branch, keys));
    else if (isFields(wanted)) parts = rulesOf(wanted, [...keys, name]);
    else parts = [[{ keys: [...keys, name], list: wanted as readonly Json[] }]];
    rules = rules.flatMap((rule) => parts.map((part) => [...rule, ...part]));
  }
  return rules;
}

function accepts(pattern: Fields, data: unknown): boolean {
  return rulesOf(pattern).some((rule) => anyElementHolds(rule, data));
}

/** All that is asked of what lies in a list holds within one of its elements. */
function anyElementHolds(tests: readonly Test[], value: unknown): boolean {
  const found = flattened(value);
  return (found.length === 0 ? [undefined] : found).some((element) => {
    const firsts = new Set(tests.map(({ keys }) => keys[0]!));
    return [...firsts].every((first) => {
      const here = tests.filter(({ keys }) => keys[0] === first).map(({ keys, list }) => ({ keys: keys.slice(1), list }));
      const below = isFields(element) && Object.keys(element).includes(first) ? element[first] : undefined;
      const leaves = flattened(below).filter((part) => part !== undefined && !isFields(part));
      const ends = here.filter((test) => test.keys.length === 0);
      const deeper = here.filter((test) => test.keys.length > 0);
      return (
        ends.every(({ list }) => list.some((entry) => entryAccepts(entry, leaves))) &&
        (deeper.length === 0 || anyElementHolds(deeper, below))
      );
    });
  });
}

function flattened(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(flattened) : [value];
}

function entryAccepts(entry: Json, leaves: readonly unknown[]): boolean {
  if (!isFields(entry)) return leaves.some((leaf) => leaf === entry);
  if ("exists" in entry) return entry["exists"] === leaves.length > 0;
  const operand = entry["anything-but"];
  if (operand === undefined) return leaves.some((leaf) => isLike(entry, leaf));
  if (!isFields(operand)) return leaves.some((leaf) => ![operand].flat().some((value) => value === leaf));
  const [name, texts] = Object.entries(operand)[0]!;
  return leaves.some((leaf) => ![texts].flat().some((text) => isLike({ [name]: text as Json }, leaf)));
}

/** Upper and lower case of what stands here are one character each. */
const small = (text: string): string => text.toLowerCase();

function isLike(entry: Fields, leaf: unknown): boolean {
  const [name, operand] = Object.entries(entry)[0]!;
  if (name === "numeric") return typeof leaf === "number" && inRange(leaf, operand as readonly Json[]);
  if (typeof leaf !== "string") return false;
  if (isFields(operand)) return isLike({ [name]: small(String(operand["equals-ignore-case"])) }, small(leaf));
  const text = String(operand);
  if (name === "prefix") return leaf.slice(0, text.length) === text;
  if (name === "suffix") return leaf.slice(Math.max(0, leaf.length - text.length)) === text;
  if (name === "equals-ignore-case") return small(leaf) === small(text);
  if (name === "wildcard") return isLikeWildcard(text, leaf);
  return isInBlock(text, leaf);
}

function isLikeWildcard(wildcard: string, text: string): boolean {
  if (wildcard === "") return text === "";
  if (wildcard[0] === "*") return isLikeWildcard(wildcard.slice(1), text) || (text !== "" && isLikeWildcard(wildcard, text.slice(1)));
  return text[0] === wildcard[0] && isLikeWildcard(wildcard.slice(1), text.slice(1));
}

function isInBlock(block: string, text: string): boolean {
  if (!/^\d+(\.\d+){3}$/.test(text)) return false;
  const [address, bits] = block.split("/");
  const free = 32n - BigInt(bits!);
  return numberOf(text) >> free === numberOf(address!) >> free;
}

function numberOf(address: string): bigint {
  return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

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
const text = fc.constantFrom("", "x", "xy", "Xy", "y", "yx", "xyx", "ÉX", "éx", "10.0.0.1", "10.0.1.1");
const someText = text.filter((one) => one !== "");
const wildcard = fc.constantFrom("*", "x*", "*x", "x*x", "*y*", "x*y*", "", "*.0.*.1");
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
  text.map((suffix) => ({ suffix })),
  fc.constantFrom("prefix", "suffix").chain((name) => text.map((one) => ({ [name]: { "equals-ignore-case": one } }))),
  text.map((one) => ({ "equals-ignore-case": one })),
  wildcard.map((one) => ({ wildcard: one })),
  fc.constantFrom("10.0.0.0/24", "10.0.0.7/30", "10.0.0.0/8").map((cidr) => ({ cidr })),
  fc.tuple(fc.constantFrom("<", "<=", "=", ">=", ">"), number).map((numeric) => ({ numeric })),
  range.map((numeric) => ({ numeric })),
  fc
    .oneof(text, number, fc.array(text, { minLength: 1, maxLength: 3 }), fc.array(number, { minLength: 1, maxLength: 3 }))
    .map((value) => ({ "anything-but": value })),
  fc
    .tuple(
      fc.constantFrom("prefix", "suffix", "equals-ignore-case"),
      fc.oneof(someText, fc.array(someText, { minLength: 1, maxLength: 3 })),
    )
    .map(([name, texts]) => ({ "anything-but": { [name]: texts } })),
  fc.oneof(wildcard, fc.array(wildcard, { minLength: 1, maxLength: 2 })).map((one) => ({ "anything-but": { wildcard: one } })),
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

/** What lies in an object moves up beside it, under keys with dots: of a pattern where it has no `$or`, of a payload where it is no list. */
function withDots(fields: Fields): Fields {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, Json][] => {
    if (name === "$or") return [[name, (value as readonly Fields[]).map(withDots)]];
    if (!isFields(value)) return [[name, value]];
    const below = withDots(value);
    if ("$or" in below) return [[name, below]];
    return Object.entries(below).map(([inner, deeper]) => [`${name}.${inner}`, deeper]);
  });
  return Object.fromEntries(entries);
}

describe("any pattern", () => {
  it("matches what a second implementation says, and gives a reason of one line exactly where it does not", () => {
    const seen = { match: 0, mismatch: 0 };
    fc.assert(
      fc.property(patternOf(2), fc.array(dataOf(2), { minLength: 20, maxLength: 20 }), (written, payloads) => {
        const parsed = parsePattern(written);
        // Some have more wildcards than is allowed.
        fc.pre(!("problems" in parsed));
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

  it("finds a path that is written with dots, in the pattern, in the payload, or in both", () => {
    let seen = 0;
    fc.assert(
      fc.property(patternOf(2), fc.array(dataOf(2), { minLength: 10, maxLength: 10 }), (written, payloads) => {
        const [plain, dotted] = [parsePattern(written), parsePattern(withDots(written))];
        fc.pre("matcher" in plain && "matcher" in dotted);
        for (const payload of payloads) {
          const wanted = matches(plain.matcher, payload);
          const dots = withDots(payload);
          const got = [matches(dotted.matcher, payload), matches(plain.matcher, dots), matches(dotted.matcher, dots)];
          expect([payload, got]).toEqual([payload, [wanted, wanted, wanted]]);
          if (JSON.stringify(dots) !== JSON.stringify(payload)) seen += 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(300);
  });

  it("has what all keys say that lead to one place, whatever their order, and gives a reason exactly where it does not match", () => {
    const some = fc.constantFrom<Json>(1, 2, "x", { c: 1 }, { b: 2 }, { "b.c": 1, b: { a: 2 } }, [1, { c: 2 }], []);
    const entries = fc.uniqueArray(fc.tuple(fc.constantFrom("a", "a.b", "a.b.c", "b", "b.c", "a.c"), some), { selector: ([name]) => name });
    const seen = { match: 0, mismatch: 0 };
    fc.assert(
      fc.property(patternOf(2), fc.array(entries, { minLength: 10, maxLength: 10 }), (written, payloads) => {
        const parsed = parsePattern(written);
        fc.pre(!("problems" in parsed));
        for (const payload of payloads) {
          const got = matches(parsed.matcher, Object.fromEntries(payload));
          expect([payload, matches(parsed.matcher, Object.fromEntries(payload.toReversed()))]).toEqual([payload, got]);
          expect(mismatch(parsed.matcher, Object.fromEntries(payload)) === undefined).toBe(got);
          seen[got ? "match" : "mismatch"] += 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(seen.match, seen.mismatch)).toBeGreaterThan(100);
  });

  it("is the same pattern after its parsed form went through JSON", () => {
    fc.assert(
      fc.property(patternOf(2), dataOf(2), (written, payload) => {
        const parsed = parsePattern(written);
        fc.pre("matcher" in parsed);
        const sent = JSON.parse(JSON.stringify(parsed.matcher)) as typeof parsed.matcher;
        expect(matches(sent, payload)).toBe(matches(parsed.matcher, payload));
      }),
    );
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

const bitsOf = (groups: readonly string[]): bigint => groups.reduce((sum, unit) => (sum << 16n) | BigInt(`0x${unit}`), 0n);

describe("blocks of IPv6", () => {
  it("hold addresses of which two groups read as the halves of one character", () => {
    const address = "1:0:d960:deda:893:0:6bf2:1";
    const parsed = parsePattern({ a: [{ cidr: `${address}/111` }] });
    expect("matcher" in parsed && matches(parsed.matcher, { a: address })).toBe(true);
    expect("matcher" in parsed && matches(parsed.matcher, { a: "1:0:d960:deda:893:0:6bf0:1" })).toBe(false);
  });

  const group = fc.oneof(fc.constantFrom(0, 1, 0x8000, 0xffff), fc.nat(0xffff)).map((unit) => unit.toString(16));
  const address = fc.array(group, { minLength: 8, maxLength: 8 });

  it("hold the addresses that begin with their bits", () => {
    let inside = 0;
    fc.assert(
      fc.property(address, fc.nat(127), address, fc.nat(8), (base, bits, other, same) => {
        const asked = [...base.slice(0, same), ...other.slice(same)];
        const parsed = parsePattern({ a: [{ cidr: `${base.join(":")}/${bits}` }, { cidr: "10.0.0.0/8" }] });
        const wanted = bitsOf(base) >> BigInt(128 - bits) === bitsOf(asked) >> BigInt(128 - bits);
        expect("matcher" in parsed && matches(parsed.matcher, { a: asked.join(":") })).toBe(wanted);
        if (wanted) inside += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(inside).toBeGreaterThan(100);
  });
});
