import { describe, expect, it } from "vitest";
import { parsePattern } from "../../src/filter/parse.ts";
import { patternLimits } from "../../src/filter/limits.ts";

function problemsOf(pattern: unknown): readonly string[] {
  const result = parsePattern(pattern);
  return "problems" in result ? result.problems : [];
}

const numericProblems = (numeric: unknown): string => problemsOf({ a: [{ numeric }] }).join("\n");
const anythingButProblems = (operand: unknown): string => problemsOf({ a: [{ "anything-but": operand }] }).join("\n");

const wrapped = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}[1]${"}".repeat(levels)}`);

describe("the problems of a pattern", () => {
  it("all stand together, each with its path", () => {
    expect(
      problemsOf({
        total: [{ numeric: [">", "0"] }, 5],
        customer: { name: "asha", tags: [] },
        $or: [{ "two words": [Number.NaN] }, { a: [{ prefix: 5 }] }],
      }),
    ).toEqual([
      'total[0].numeric[1]: "0" is no number',
      'customer.name: "asha" must stand in a list; write ["asha"]',
      "customer.tags: an empty list matches nothing: name at least one value, or leave the field out",
      '$or[0]["two words"][0]: NaN is no string, number, boolean, null, or object with an operator',
      "$or[1].a[0].prefix: 5 is no string; for several prefixes write several entries",
    ]);
  });

  it("an operator that is not known is named, with those that are", () => {
    const known = "known: prefix, suffix, equals-ignore-case, wildcard, numeric, cidr, exists, anything-but";
    for (const name of ["matches", "regex", "toString", "__proto__"])
      expect(problemsOf({ a: [JSON.parse(`{"${name}":"x"}`)] })).toEqual([`a[0]: operator "${name}" is not known; ${known}`]);
    expect(problemsOf({ a: [{ anythingBut: "x" }] })).toEqual([
      `a[0]: operator "anythingBut" is not known; ${known}. Did you mean "anything-but"?`,
    ]);
    expect(problemsOf({ a: [{ Prefix: "x" }] })[0]).toMatch(/Did you mean "prefix"\?$/);
    expect(problemsOf({ a: [{ number: ["=", 1] }] })[0]).toMatch(/Did you mean "numeric"\?$/);
    expect(problemsOf({ a: [{ exist: true }] })[0]).toMatch(/Did you mean "exists"\?$/);
  });

  it("an operator outside of a list is told what is missing", () => {
    expect(problemsOf({ a: { prefix: "x" } })).toEqual([
      'a.prefix: "x" must stand in a list; an operator stands in a list: [{ "prefix": … }]',
    ]);
  });

  it("an object has exactly one operator", () => {
    const one =
      "must have exactly one operator of prefix, suffix, equals-ignore-case, wildcard, numeric, cidr, exists, anything-but; entries of one list are alternatives";
    expect(problemsOf({ a: [{ prefix: "x", exists: true }, {}] })).toEqual([
      `a[0]: {"prefix":"x","exists":true} ${one}`,
      `a[1]: {} ${one}`,
    ]);
  });

  it("numeric takes one comparison, or a lower and an upper bound that have something between them", () => {
    for (const numeric of [[], [">"], [">", 1, "<"], [">", 1, "<", 2, "<", 3], 10, ">", null, {}])
      expect(numericProblems(numeric)).toMatch(/^a\[0\]\.numeric: .* is no comparison: write \[">", 0\]/);
    expect(numericProblems(["=>", 1])).toBe('a[0].numeric[0]: "=>" is none of < <= = > >=');
    expect(numericProblems([1, "<"])).toBe('a[0].numeric[0]: 1 is none of < <= = > >=\na[0].numeric[1]: "<" is no number');
    for (const than of [Number.NaN, Number.POSITIVE_INFINITY, "5", null, true, [5], 5n])
      expect(numericProblems(["<", than])).toMatch(/^a\[0\]\.numeric\[1\]: .* is no number$/);
    for (const numeric of [
      ["<", 5, ">", 1],
      [">", 1, ">", 5],
      [">", 1, "=", 5],
      ["=", 1, "<", 5],
    ])
      expect(numericProblems(numeric)).toMatch(/must be a lower bound and then an upper one/);
    for (const numeric of [
      [">", 5, "<", 3],
      [">=", 5, "<=", 5],
    ])
      expect(numericProblems(numeric)).toMatch(/is an empty range/);
    expect(numericProblems([">", 1, "<=", 5])).toBe("");
  });

  it("exists takes true or false, prefix one string", () => {
    for (const exists of ["true", 1, null, [true]])
      expect(problemsOf({ a: [{ exists }] })[0]).toMatch(/^a\[0\]\.exists: .* is neither true nor false$/);
    for (const prefix of [5, null, ["a"]]) expect(problemsOf({ a: [{ prefix }] })[0]).toMatch(/^a\[0\]\.prefix: .* is no string/);
    for (const prefix of [{}, { "anything-but": "a" }, { suffix: "a" }])
      expect(problemsOf({ a: [{ prefix }] })[0]).toMatch(/^a\[0\]\.prefix: .* is neither a string nor \{ "equals-ignore-case": … \}$/);
    expect(problemsOf({ a: [{ suffix: { "equals-ignore-case": ["a"] } }] })[0]).toMatch(
      /^a\[0\]\.suffix\.equals-ignore-case: .* is no string/,
    );
  });

  it("anything-but takes strings or numbers, or a prefix, as EventBridge does", () => {
    for (const operand of ["x", 5, ["x", ""], [1, 2], { prefix: "x" }, { prefix: ["x", "y"] }, { suffix: "x" }, { wildcard: "x*" }])
      expect(anythingButProblems(operand)).toBe("");
    for (const operand of [null, true, ["x", 1], ["x", null], [Number.NaN], [["x"]]])
      expect(anythingButProblems(operand)).toMatch(/^a\[0\]\.anything-but: .* must be a string, a number, strings, numbers/);
    for (const operand of [{}, { cidr: "x" }, { exists: true }])
      expect(anythingButProblems(operand)).toMatch(/^a\[0\]\.anything-but: .* is not known after anything-but/);
    expect(anythingButProblems({ prefix: "x", suffix: "y" })).toMatch(/must have nothing but "prefix"$/);
    for (const prefix of ["", ["x", ""], 5, null, [5], { "equals-ignore-case": "x" }])
      expect(anythingButProblems({ prefix })).toMatch(/^a\[0\]\.anything-but\.prefix(\[\d\])?: .* must be a string that is not empty/);
    expect(anythingButProblems({ wildcard: [] })).toBe("a[0].anything-but.wildcard: an empty list leaves nothing out");
    expect(anythingButProblems([])).toMatch(/an empty list leaves nothing out/);
  });

  it("$or takes at least two patterns", () => {
    for (const or of [[], [{ a: [1] }], {}, { a: [1] }, "x", null])
      expect(problemsOf({ $or: or })[0]).toMatch(/^\$or: .* is no list of at least two patterns$/);
    expect(problemsOf({ a: { $or: [{}, ["x"], { b: [1] }] } })).toEqual([
      "a.$or[0]: an empty object says nothing: name at least one field",
      'a.$or[1]: ["x"] is no object of fields such as { "total": [1] }',
    ]);
  });
});

describe("hostile patterns", () => {
  it("what is no object is refused, and nothing is thrown", () => {
    for (const pattern of [undefined, null, true, 5, 5n, "x", Symbol("x"), [], [{ a: [1] }], () => 1])
      expect(problemsOf(pattern)).toEqual([expect.stringMatching(/^the pattern: .* is no object of fields/)]);
    for (const pattern of [{}, new Date(), new Map([["a", [1]]])]) expect(problemsOf(pattern)[0]).toMatch(/^the pattern: an empty object/);
    for (const leaf of [undefined, 5, null, () => 1, 5n]) expect(problemsOf({ a: leaf })[0]).toMatch(/^a: .* must stand in a list/);
    for (const entry of [undefined, ["x"], () => 1, 5n, Symbol("x"), Number.POSITIVE_INFINITY])
      expect(problemsOf({ a: [entry] })[0]).toMatch(/^a\[0\]: .* is no string, number, boolean, null, or object/);
  });

  it("keys that change prototypes are refused at any depth, and change none", () => {
    const pattern: unknown = JSON.parse('{"a":{"__proto__":{"polluted":["x"]}},"constructor":["x"],"$or":[{"prototype":["x"]},{"b":[1]}]}');
    expect(problemsOf(pattern)).toEqual([
      'a.__proto__: the key "__proto__" is not allowed',
      'constructor: the key "constructor" is not allowed',
      '$or[0].prototype: the key "prototype" is not allowed',
    ]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("a pattern that contains itself is refused; one part in two places is not", () => {
    const self: Record<string, unknown> = { a: [1] };
    self["b"] = { c: self };
    expect(problemsOf(self)).toEqual(["b.c: the pattern must not contain itself"]);
    const list: unknown[] = [];
    list.push(list);
    expect(problemsOf({ a: list })).toEqual(["a[0]: the pattern must not contain itself"]);
    const part = { x: [1] };
    expect(problemsOf({ a: part, b: part })).toEqual([]);
  });

  it("a pattern may name 128 fields, and have 255 different characters between its stars", () => {
    expect(problemsOf(named(128))).toEqual([]);
    expect(problemsOf(named(129))).toEqual(["the pattern names 129 fields, those of all levels together: at most 128"]);
    expect(problemsOf({ a: named(128) })).toEqual(["the pattern names 129 fields, those of all levels together: at most 128"]);
    // The same field in many branches counts once.
    expect(problemsOf({ $or: Array.from({ length: 100 }, (_, index) => ({ a: [index], b: { c: [1] } })) })).toEqual([]);
    expect(problemsOf(wildcards(255))).toEqual([]);
    expect(problemsOf(wildcards(256))).toEqual([
      "the pattern has 256 different characters between the stars of its wildcards: at most 255",
    ]);
  });

  it("a pattern may be 32 levels deep and have 32 KB", () => {
    const { depth, bytes } = patternLimits;
    expect({ depth, bytes }).toEqual({ depth: 32, bytes: 32_768 });
    expect(problemsOf(wrapped(depth - 1))).toEqual([]);
    expect(problemsOf(wrapped(depth))[0]).toMatch(/: nested deeper than 32 levels$/);
    expect(problemsOf(wrapped(5_000))[0]).toMatch(/: nested deeper than 32 levels$/);
    expect(problemsOf({ [Array.from({ length: depth }, () => "a").join(".")]: [1] })).toEqual([]);
    expect(problemsOf({ [Array.from({ length: depth + 1 }, () => "a").join(".")]: [1] })).toEqual([
      "a path in the pattern has more than 32 steps",
    ]);
    const tooLarge = ["the pattern is larger than 32 KB (as JSON, without spaces)"];
    // {"a":["…"]} has ten characters besides the text, and é two bytes.
    for (const [text, most] of [
      ["x", bytes - 10],
      ["é", (bytes - 10) / 2],
      ["🙂", (bytes - 10) / 4],
      ['"', (bytes - 10) / 2],
      ["\u0001", (bytes - 10) / 6],
    ] as const) {
      expect(problemsOf({ a: [text.repeat(Math.floor(most))] })).toEqual([]);
      expect(problemsOf({ a: [text.repeat(Math.floor(most) + 1)] })).toEqual(tooLarge);
    }
    let doubled: unknown = [1];
    for (let level = 0; level < 30; level++) doubled = { a: doubled, b: doubled };
    expect(problemsOf(doubled)).toEqual(tooLarge);
    expect(problemsOf({ a: Array.from({ length: 40_000 }, () => undefined) })).toEqual(tooLarge);
  });

  it("a value that throws when it is read is a problem, not an error", () => {
    const unreadable = ["the pattern cannot be read: it must be plain data, as JSON is"];
    const throwing = {
      get a(): unknown {
        throw new Error("no");
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(problemsOf(throwing)).toEqual(unreadable);
    expect(problemsOf(proxy)).toEqual(unreadable);
    expect(problemsOf({ a: [proxy] })).toEqual(unreadable);
  });

  it("a value that changes each time it is read is read once", () => {
    let reads = 0;
    const changing = {
      get a(): unknown {
        reads += 1;
        return reads === 1 ? ["x"] : "not a list";
      },
    };
    expect(problemsOf(changing)).toEqual([]);
    expect(reads).toBe(1);
  });

  it("no problem forges a line, however keys and values are written", () => {
    const escape = "\u001b[2K\r\n\u009b\u202e";
    const problems = [
      ...problemsOf({ [escape]: escape, [`k${"x".repeat(1_000)}`]: [], b: [{ [escape]: 1 }], c: [{ numeric: [escape, escape] }] }),
      ...problemsOf({ d: [{ prefix: { [escape]: [escape] } }, { "anything-but": [escape, 1] }] }),
    ];
    expect(problems).toHaveLength(7);
    for (const problem of problems) expect(problem).not.toMatch(/[\p{Cc}\u202e]/u);
    for (const problem of problems) expect(problem.length).toBeLessThan(250);
  });
});

describe("a parsed pattern", () => {
  it("is plain, frozen data that survives JSON, and leaves the author's own as it was", () => {
    const values = ["x", "y"];
    const result = parsePattern({ a: { b: [1, { "anything-but": values }] }, $or: [{ c: [null] }, { d: [{ numeric: [">", 0] }] }] });
    expect(result).toEqual({
      matcher: {
        fields: [
          {
            key: "a",
            path: "a",
            nested: {
              fields: [
                {
                  key: "b",
                  path: "a.b",
                  oneOf: [
                    { is: "equal", value: 1 },
                    { is: "none-of", values: ["x", "y"] },
                  ],
                },
              ],
              or: [],
            },
          },
        ],
        or: [
          { fields: [{ key: "c", path: "c", oneOf: [{ is: "equal", value: null }] }], or: [] },
          { fields: [{ key: "d", path: "d", oneOf: [{ is: "numeric", comparisons: [{ sign: ">", than: 0 }] }] }], or: [] },
        ],
      },
    });
    const { matcher } = result as { matcher: unknown };
    expect(JSON.parse(JSON.stringify(matcher))).toEqual(matcher);
    const thawed: unknown[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) thawed.push(value);
      Object.values(value).forEach(walk);
    };
    walk(matcher);
    expect(thawed).toEqual([]);
    expect(Object.isFrozen(values)).toBe(false);
  });

  it("takes a dot for a step of the path, and operators' names for names of fields", () => {
    expect(problemsOf({ "a.b": ["x"], prefix: ["x"], numeric: { exists: [true] }, toString: ["x"] })).toEqual([]);
  });
});

/** A pattern with so many fields. */
function named(count: number): unknown {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, [1]]));
}

/** A pattern with so many different characters between its stars. */
function wildcards(units: number): unknown {
  const text = String.fromCharCode(...Array.from({ length: units }, (_, index) => 0x4e00 + 3 * index));
  return {
    a: [{ wildcard: `*${text.slice(0, 100)}*${text.slice(100, 200)}*` }, { "anything-but": { wildcard: `*${text.slice(200)}*` } }],
  };
}
