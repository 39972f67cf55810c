import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import { FilterError, matches, parse, snsAttributes, snsBody } from "../../src/filter/index.ts";
import { readJson } from "../../src/filter/json-reader.ts";
import type { FilterProblem } from "../../src/filter/filter-error.ts";

function faultsOf(pattern: unknown, dialect = {}): readonly FilterProblem[] {
  try {
    parse(pattern, dialect);
    return [];
  } catch (error) {
    if (error instanceof FilterError) return error.faults;
    throw error;
  }
}
const problemsOf = (pattern: unknown, dialect = {}): string[] =>
  faultsOf(pattern, dialect).map(({ path, problem }) => `${path}: ${problem}`);

function read(text: string): { value: unknown; faults: FilterProblem[] } {
  const faults: FilterProblem[] = [];
  return { ...readJson(text, faults), faults };
}

describe("the text of a pattern", () => {
  it("is read as JSON.parse reads it, and refused where that refuses it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(JSON.stringify(read(text).value)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
    const damaged = fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.constantFrom("", ",", "]", '"', "x", "\\", "0", "\u0000"));
    let refused = 0;
    fc.assert(
      fc.property(damaged, ([value, at, put]) => {
        const whole = JSON.stringify(value);
        const text = whole.slice(0, at % (whole.length + 1)) + put + whole.slice((at % (whole.length + 1)) + 1);
        let good = true;
        try {
          JSON.parse(text);
        } catch {
          good = false;
          refused += 1;
        }
        expect([text, read(text).faults.some(({ problem }) => problem.startsWith("no JSON at line"))]).toEqual([text, !good]);
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  it("has no key twice, which JSON.parse would let pass", () => {
    expect(problemsOf('{"a":[1],\n "b":{"c":[1],"c":[2]},"a":[2]}')).toEqual([
      "b.c: the key stands twice in one object",
      "a: the key stands twice in one object",
    ]);
    expect(faultsOf('{"b":{"c":[1],"c":[2]}}')[0]?.vendor).toBe("Path `b.c` cannot be allowed multiple times");
    expect(problemsOf('{"a.b":[1],"a":{"b":[2]}}')).toEqual(["a.b: a.b is named twice: put everything into one list"]);
  });

  it("says where it is no JSON", () => {
    expect(problemsOf('{"a":[1,\n  2 3]}')).toEqual(
      ['no JSON at line 2, column 5: "3": was expecting comma to separate Array entries'].map((each) => `: ${each}`),
    );
    expect(problemsOf("")).toEqual([": no JSON at line 1, column 1: the text ends: was expecting a value"]);
    for (const text of [
      '{"a":[1]} x',
      "{a:[1]}",
      "{'a':[1]}",
      '{"a":[01]}',
      '{"a":[+1]}',
      '{"a":[NaN]}',
      '{"a":["\u0001"]}',
      "[".repeat(5_000),
    ])
      expect(faultsOf(text)[0]?.problem).toMatch(/^no JSON at line 1, column \d+: /);
  });

  it("has no number that would be rounded, nor half a character", () => {
    expect(problemsOf('{"a":[9007199254740993, 9007199254740992, -9007199254740993]}')).toEqual([
      expect.stringMatching(/^a\[0\]: "9007199254740993" is beyond 2\^53/),
      expect.stringMatching(/^a\[2\]: "-9007199254740993" is beyond 2\^53/),
    ]);
    expect(problemsOf('{"a":[1e300]}')).toEqual([expect.stringMatching(/^a\[0\]: 1e\+300 is beyond 2\^53/)]);
    expect(problemsOf({ a: [{ numeric: [">", 2 ** 54] }] })).toEqual([expect.stringMatching(/^a\[0\]\.numeric\[1\]: .* is beyond 2\^53/)]);
    expect(problemsOf('{"a":[1e-400]}')).toEqual(['a[0]: "1e-400" is too small: it would be read as 0']);
    expect(problemsOf('{"a":[0.0e-400, 5e-324]}')).toEqual([]);
    expect(problemsOf('{"a":["\\ud83d"],"b\\udc00":["x"]}')).toEqual([
      expect.stringMatching(/^a\[0\]: .* has half of a character in it \(a lone surrogate\)/),
      expect.stringMatching(/^\["b\\\\?.*"\]: the key has half of a character in it/),
    ]);
    expect(problemsOf('{"a":["\\ud83d\\ude42"]}')).toEqual([]);
  });

  it("is no longer than 32 KB, and no deeper than 32 levels", () => {
    expect(problemsOf(`{"a":["${"x".repeat(32_759)}"]}`)).toEqual([": the pattern is larger than 32 KB"]);
    expect(problemsOf(`${'{"a":'.repeat(1_000)}[1]${"}".repeat(1_000)}`)[0]).toMatch(/nested deeper than 32 levels/);
  });

  it("cannot change a prototype, in a pattern as in a payload", () => {
    expect(problemsOf('{"__proto__":{"polluted":["x"]},"a.constructor":["x"]}')).toEqual([
      '__proto__: the key "__proto__" is not allowed',
      '["a.constructor"]: the key "constructor" is not allowed',
    ]);
    const hostile: unknown = JSON.parse('{"__proto__":{"a":1},"a.__proto__":{"b":1},"constructor":{"prototype":{"a":1}}}');
    expect(matches(parse({ a: [1] }), hostile)).toBe(false);
    expect(matches(parse({ a: { b: [1] } }), hostile)).toBe(false);
    expect(matches(parse({ toString: [{ exists: true }] }), {})).toBe(false);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });

  it("throws one error with all that is wrong, each with its path, which is a BusbarError", () => {
    const error = (() => {
      try {
        return parse({ a: [{ sufix: "x" }], b: [] });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(BusbarError);
    expect(error).toMatchObject({ name: "FilterError", code: "INVALID_FILTER", faults: [{ path: "a[0]" }, { path: "b" }] });
    expect(String(error)).toContain("  - b: an empty list matches nothing");
  });
});

const branches = (count: number): unknown => ({ $or: Array.from({ length: count }, (_, index) => ({ a: [index] })) });
const wildcards = (count: number): unknown => ({ a: Array.from({ length: count }, (_, index) => ({ wildcard: `*${index}*` })) });
const leftOutLists = (count: number): unknown => ({
  a: Array.from({ length: count }, (_, index) => ({ "anything-but": { wildcard: [`${index}*`, "*x"] } })),
});

describe("too much of a pattern", () => {
  it("is refused with a word of the vendor", () => {
    expect(faultsOf(branches(128))).toEqual([]);
    expect(problemsOf(branches(129))).toEqual([expect.stringContaining("more than 128 combinations")]);
    let doubled: unknown = { $or: [{ a: [1] }, { b: [1] }] };
    for (let level = 0; level < 6; level++) doubled = { [`k${level}`]: doubled, $or: [{ a: [1] }, { b: [1] }] };
    expect(faultsOf(doubled)).toEqual([]);
    expect(problemsOf({ x: doubled, $or: [{ a: [1] }, { b: [1] }] })).toEqual([expect.stringContaining("more than 128 combinations")]);

    expect(faultsOf(wildcards(5))).toEqual([]);
    expect(problemsOf(wildcards(6))).toEqual([expect.stringContaining("6 wildcards")]);
    expect(faultsOf({ a: Array.from({ length: 500 }, (_, index) => ({ wildcard: `${index}*` })) })).toEqual([]);
    expect(problemsOf({ a: [{ wildcard: "a*b*c*d*e*f*" }] })).toEqual([expect.stringContaining("has 6 stars: at most 5")]);
    expect(faultsOf({ a: [{ wildcard: "a*b*c*d*e*f" }] })).toEqual([]);
    expect(faultsOf({ a: [{ wildcard: `*${"x".repeat(120)}*` }, { wildcard: `${"x".repeat(500)}*y*${"z".repeat(500)}` }] })).toEqual([]);
    expect(problemsOf({ a: [{ wildcard: `*${"x".repeat(121)}*` }] })).toEqual([
      expect.stringContaining("has 121 characters between two stars: at most 120"),
    ]);
    expect(faultsOf(leftOutLists(5))).toEqual([]);
    expect(problemsOf(leftOutLists(6))).toEqual([expect.stringContaining("leaves out 6 different lists of wildcards")]);
    const ends = Array.from({ length: 100 }, (_, index) => ({ "anything-but": { wildcard: [`${index}*`, `x${index}*`] } }));
    expect(faultsOf({ a: ends })).toEqual([]);
  });
});

const values = (count: number): unknown[] => Array.from({ length: count }, (_, index) => index);

describe("the dialect of SNS", () => {
  const sns = { dialect: "sns" } as const;
  const body = { dialect: "sns", scope: "MessageBody" } as const;

  it("has limits of its own, and takes everything with {}", () => {
    expect(matches(parse({}, sns), {})).toBe(true);
    expect(problemsOf({})).toHaveLength(1);
    expect(faultsOf({ a: { b: [1] } }, sns)[0]?.vendor).toBe("Filter policy scope MessageAttributes does not support nested filter policy");
    expect(faultsOf({ a: { b: [1] } }, body)).toEqual([]);
    expect(faultsOf({ a: [1], b: [1], c: [1], d: [1], e: [1], f: [1] }, sns)[0]?.vendor).toBe(
      "Filter policy can not have more than 5 keys",
    );
    expect(faultsOf({ a: values(150) }, sns)).toEqual([]);
    expect(faultsOf({ a: values(151) }, sns)[0]?.vendor).toBe("Filter policy is too complex");
    expect(faultsOf({ x: { a: values(76) } }, body)[0]?.vendor).toBe("Filter policy is too complex");
    expect(faultsOf({ a: [1_000_000_000] }, sns)).toEqual([]);
    expect(problemsOf({ a: [{ numeric: ["<", 1_000_000_001] }] }, sns)).toEqual(["a: 1000000001 is beyond 10^9, which SNS does not take"]);
    expect(faultsOf({ a: [{ "anything-but": { suffix: "x" } }] }, sns)[0]?.vendor).toBe("Unsupported anything-but pattern: suffix");
  });

  it("reads attributes by their types, and a body where it is an object", () => {
    const attributes = snsAttributes({
      store: { DataType: "String", StringValue: "north" },
      price: { DataType: "Number.int", StringValue: "100.1234567" },
      tags: { DataType: "String.Array", StringValue: '["a",true,5]' },
      odd: { DataType: "String.Array", StringValue: "no JSON" },
      picture: { DataType: "Binary" },
    });
    expect({ ...attributes }).toEqual({ store: "north", price: 100.1234567, tags: ["a", true, 5], odd: "no JSON" });
    expect(matches(parse({ price: [100.123451], tags: [5] }, sns), attributes)).toBe(true);
    expect(matches(parse({ price: [{ numeric: [">", 100.12345] }] }, sns), attributes)).toBe(false);
    expect(["[1]", '{"a":1}', '"text"', "no JSON", "5"].map(snsBody)).toEqual([[1], { a: 1 }, undefined, undefined, undefined]);
  });
});
