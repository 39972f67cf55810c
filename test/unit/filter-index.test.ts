import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, type ParsedPattern, patternIndex } from "../../src/filter/index.ts";
import { matches } from "../../src/filter/match.ts";

const scalar = fc.constantFrom<unknown>("", "x", "xy", "Yx", "10.0.0.1", "::1", 0, 1, 1.5, 5, true, null);
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.constantFrom({ b: 1 }, [{ b: "x" }, { c: 5 }], { "b.c": 1 }));
const payload = fc.dictionary(fc.constantFrom("a", "b", "c", "a.b"), value, { maxKeys: 4, noNullPrototype: true });

const entries: readonly unknown[] = [
  "x",
  "xy",
  1,
  5,
  true,
  null,
  { prefix: "x" },
  { prefix: "" },
  { suffix: "x" },
  { prefix: { "equals-ignore-case": "y" } },
  { suffix: { "equals-ignore-case": "Y" } },
  { "equals-ignore-case": "XY" },
  { wildcard: "x*" },
  { wildcard: "*x" },
  { wildcard: "*" },
  { wildcard: "x*y" },
  { numeric: [">", 0] },
  { numeric: ["<=", 1] },
  { numeric: [">", 0, "<", 5] },
  { numeric: ["=", 1.5] },
  { cidr: "10.0.0.0/8" },
  { cidr: "::/64" },
  { exists: true },
  { exists: false },
  { "anything-but": ["x"] },
  { "anything-but": { wildcard: "x*" } },
];
const list = fc.array(fc.constantFrom(...entries), { minLength: 1, maxLength: 2 });
const fields = fc.dictionary(
  fc.constantFrom("a", "b", "c"),
  fc.oneof(list, fc.dictionary(fc.constantFrom("b", "c"), list, { minKeys: 1 })),
  {
    minKeys: 1,
    maxKeys: 2,
    noNullPrototype: true,
  },
);
const pattern = fc
  .oneof(
    fields,
    fc.tuple(fields, fields).map((branches) => ({ $or: branches })),
  )
  .map((written) => parse(JSON.parse(JSON.stringify(written))));

type Step =
  | { readonly kind: "add"; readonly key: number; readonly pattern: ParsedPattern }
  | { readonly kind: "remove"; readonly key: number }
  | { readonly kind: "ask"; readonly data: unknown };
const key = fc.integer({ min: 0, max: 15 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("add" as const), key, pattern }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("ask" as const), data: payload }) },
);

describe("an index of patterns", () => {
  it("finds what trying every pattern finds, in the order of adding, whatever is added and removed in between", () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        const index = patternIndex<number>();
        const model = new Map<number, ParsedPattern>();
        const answers = steps.map((one): readonly [got: unknown, wanted: unknown] => {
          if (one.kind === "remove") return [index.remove(one.key), model.delete(one.key)];
          if (one.kind === "ask") {
            const wanted = [...model].filter(([, each]) => matches(each, one.data)).map(([each]) => each);
            found += wanted.length;
            return [index.matching(one.data), wanted];
          }
          index.add(one.key, one.pattern);
          model.delete(one.key);
          model.set(one.key, one.pattern);
          return [index.size, model.size];
        });
        expect(answers.map(([got]) => got)).toEqual(answers.map(([, wanted]) => wanted));
      }),
      { numRuns: 300 },
    );
    // Else it would prove nothing. It is 590 on average, and 45 more or less.
    expect(found).toBeGreaterThan(300);
  });

  it("tries few of many: of 10,000 patterns for values of their own, one", () => {
    const index = patternIndex<number>();
    for (let number = 0; number < 10_000; number++) index.add(number, parse({ status: ["placed"], customer: { id: [`c-${number}`] } }));
    let tried = 0;
    const watched = {
      get status() {
        tried += 1;
        return "placed";
      },
      customer: { id: "c-77" },
    };
    expect(index.matching(watched)).toEqual([77]);
    // Once to find the patterns that hang on it, and once for each that is tried: a few were added before there was a choice.
    expect(tried).toBeLessThan(10);
  });

  it("tells those apart who wait for the same, and tries their pattern once", () => {
    const index = patternIndex<string>();
    for (const name of ["a", "b", "c"]) index.add(name, parse({ total: [1] }));
    expect(index.matching({ total: 1 })).toEqual(["a", "b", "c"]);
    index.remove("a");
    index.add("c", parse({ total: [2] }));
    expect(index.matching({ total: 1 })).toEqual(["b"]);
    expect(index.matching({ total: 2 })).toEqual(["c"]);
    expect(index.remove("a")).toBe(false);
    for (const data of [undefined, null, 5, "total"]) expect(index.matching(data)).toEqual([]);
  });

  it("finds a policy of SNS by a number that is cut", () => {
    const index = patternIndex<number>();
    index.add(1, parse({ price: [100.123456789] }, { dialect: "sns" }));
    expect(index.matching({ price: 100.1234567 })).toEqual([1]);
  });
});
