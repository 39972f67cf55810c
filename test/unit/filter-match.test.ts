import { describe, expect, it } from "vitest";
import { mismatch } from "../../src/filter/explain.ts";
import { matches } from "../../src/filter/match.ts";
import { parsePattern } from "../../src/filter/parse.ts";
import type { ParsedPattern } from "../../src/filter/parsed-pattern.ts";
import { shown } from "../../src/filter/shown.ts";

function parsed(pattern: unknown): ParsedPattern {
  const result = parsePattern(pattern);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result.matcher;
}

/** The payloads of a table that match, told by both functions. */
function matching(pattern: unknown, payloads: readonly unknown[]): unknown[] {
  const matcher = parsed(pattern);
  for (const payload of payloads) expect(mismatch(matcher, payload) === undefined, JSON.stringify(payload)).toBe(matches(matcher, payload));
  return payloads.filter((payload) => matches(matcher, payload));
}

const reason = (pattern: unknown, payload: unknown): string | undefined => mismatch(parsed(pattern), payload);

const unread = (): never => {
  throw new Error("this is not to be read");
};

/** The values that `a` may have under a pattern for it, of all kinds of values. */
const values = ["", "x", "xy", "Xy", "5", -1, 0, 0.5, 5, 6, true, false, null, [], {}, { x: "x" }, ["x", 5], [[], [["xy"]]]];
const valuesOf = (list: unknown): unknown[] =>
  matching(
    { a: list },
    values.map((a) => ({ a })),
  ).map((payload) => (payload as { a: unknown }).a);
const whenAbsent = (list: unknown): boolean => matching({ a: list }, [{}]).length === 1;

describe("the operators of a filter", () => {
  it("a value matches itself and nothing like it", () => {
    expect(valuesOf(["x"])).toEqual(["x", ["x", 5]]);
    expect(valuesOf([5])).toEqual([5, ["x", 5]]);
    expect(valuesOf([true])).toEqual([true]);
    expect(valuesOf([null])).toEqual([null]);
    expect(valuesOf([""])).toEqual([""]);
    expect(valuesOf([0])).toEqual([0]);
    expect(matching({ a: [0] }, [{ a: -0 }])).toHaveLength(1);
    expect(whenAbsent([null, "", 0, false])).toBe(false);
  });

  it("prefix matches strings that begin with it, case for case, and no number", () => {
    expect(valuesOf([{ prefix: "x" }])).toEqual(["x", "xy", ["x", 5], [[], [["xy"]]]]);
    expect(valuesOf([{ prefix: "5" }])).toEqual(["5"]);
    expect(valuesOf([{ prefix: "" }])).toEqual(["", "x", "xy", "Xy", "5", ["x", 5], [[], [["xy"]]]]);
  });

  it("numeric compares numbers, and nothing that looks like one", () => {
    expect(valuesOf([{ numeric: ["<", 5] }])).toEqual([-1, 0, 0.5]);
    expect(valuesOf([{ numeric: ["<=", 5] }])).toEqual([-1, 0, 0.5, 5, ["x", 5]]);
    expect(valuesOf([{ numeric: ["=", 5] }])).toEqual([5, ["x", 5]]);
    expect(valuesOf([{ numeric: [">=", 5] }])).toEqual([5, 6, ["x", 5]]);
    expect(valuesOf([{ numeric: [">", 5] }])).toEqual([6]);
    expect(valuesOf([{ numeric: [">", 0, "<", 5] }])).toEqual([0.5]);
    expect(valuesOf([{ numeric: [">=", 0, "<=", 5] }])).toEqual([0, 0.5, 5, ["x", 5]]);
  });

  it("exists asks whether there is a value: null is one, an object and an empty list are none", () => {
    const none = [[], {}, { x: "x" }];
    expect(valuesOf([{ exists: false }])).toEqual(none);
    expect(valuesOf([{ exists: true }])).toEqual(
      values.filter((value) => !none.some((other) => JSON.stringify(other) === JSON.stringify(value))),
    );
    expect(whenAbsent([{ exists: false }])).toBe(true);
    expect(whenAbsent([{ exists: true }])).toBe(false);
    expect(matching({ a: [{ exists: false }] }, [{ a: undefined }, { a: [{}, [{ x: 1 }]] }])).toHaveLength(2);
  });

  it("anything-but leaves out values or prefixes, and asks for a value", () => {
    const leaves = values.filter((value) => typeof value !== "object" || value === null);
    const lists = [
      ["x", 5],
      [[], [["xy"]]],
    ];
    expect(valuesOf([{ "anything-but": "x" }])).toEqual([...leaves.filter((leaf) => leaf !== "x"), ...lists]);
    expect(valuesOf([{ "anything-but": ["x", "xy"] }])).toEqual([...leaves.filter((leaf) => leaf !== "x" && leaf !== "xy"), lists[0]]);
    expect(valuesOf([{ "anything-but": [5, 6] }])).toEqual([...leaves.filter((leaf) => leaf !== 5 && leaf !== 6), ...lists]);
    expect(valuesOf([{ "anything-but": { prefix: "x" } }])).toEqual([...leaves.filter((leaf) => leaf !== "x" && leaf !== "xy"), lists[0]]);
    expect(valuesOf([{ "anything-but": { prefix: ["x", "5"] } }])).not.toContain("5");
    expect(whenAbsent([{ "anything-but": "x" }])).toBe(false);
    expect(whenAbsent([{ "anything-but": { prefix: "x" } }])).toBe(false);
  });

  it("the entries of one list are alternatives", () => {
    expect(valuesOf(["Xy", { numeric: [">", 5] }, null])).toEqual(["Xy", 6, null]);
    expect(whenAbsent(["x", { exists: false }])).toBe(true);
  });
});

describe("the fields of a filter", () => {
  it("all of them must hold", () => {
    const payloads = [{ a: 1, b: 2 }, { a: 1 }, { b: 2 }, { a: 1, b: 3 }, {}];
    expect(matching({ a: [1], b: [2] }, payloads)).toEqual([payloads[0]]);
  });

  it("$or asks for one of its patterns besides the fields beside it", () => {
    const payloads = [{ a: 1, b: 2 }, { a: 1, c: 3 }, { a: 1, b: 2, c: 3 }, { a: 1 }, { b: 2, c: 3 }];
    expect(matching({ a: [1], $or: [{ b: [2] }, { c: [3] }] }, payloads)).toEqual(payloads.slice(0, 3));
    expect(
      matching(
        {
          $or: [
            { a: [1], $or: [{ b: [2] }, { c: [3] }] },
            { b: [2], c: [3] },
          ],
        },
        payloads,
      ),
    ).toEqual([...payloads.slice(0, 3), payloads[4]]);
    expect(
      matching({ a: [{ numeric: [">", 0] }], $or: [{ a: [{ numeric: ["<", 2] }] }, { b: [1] }] }, [{ a: 1 }, { a: 3 }, { a: -1 }]),
    ).toEqual([{ a: 1 }]);
  });

  it("$or may stand within an object", () => {
    const payloads = [{ customer: { name: "a" } }, { customer: { email: "b" } }, { customer: { name: "c" } }, { name: "a" }];
    expect(matching({ customer: { $or: [{ name: ["a"] }, { email: ["b"] }] } }, payloads)).toEqual(payloads.slice(0, 2));
  });

  it("what a pattern says of a list of objects holds within one of them", () => {
    const items = { items: { sku: ["A"], qty: [{ numeric: [">", 1] }] } };
    const a1 = { sku: "A", qty: 1 };
    const b2 = { sku: "B", qty: 2 };
    const a2 = { sku: "A", qty: 2 };
    expect(matching(items, [{ items: [a1, b2] }])).toEqual([]);
    expect(matching(items, [{ items: [a1, b2, a2] }, { items: [[a1], [[a2]]] }, { items: a2 }])).toHaveLength(3);
    expect(matching({ items: { $or: [{ sku: ["A"] }, { qty: [9] }], qty: [2] } }, [{ items: [a1, b2] }])).toEqual([]);
    expect(
      matching({ a: { b: { c: [1], d: [2] } } }, [{ a: [{ b: [{ c: 1 }, { d: 2 }] }] }, { a: [{ b: { c: 1 } }, { b: { d: 2 } }] }]),
    ).toEqual([]);
    expect(
      matching({ items: { sku: ["A"], gift: [{ exists: false }] } }, [{ items: [{ sku: "A" }, { sku: "B", gift: "card" }] }]),
    ).toHaveLength(1);
  });

  it("an object that is missing is like an empty one", () => {
    const payloads = [{}, { customer: null }, { customer: "x" }, { customer: {} }, { customer: [] }, { customer: { phone: "1" } }];
    expect(matching({ customer: { phone: [{ exists: false }] } }, payloads)).toEqual(payloads.slice(0, 5));
    expect(matching({ customer: { phone: ["1"] } }, payloads)).toEqual([payloads[5]]);
  });

  it("a payload that is no object never matches", () => {
    expect(matching({ a: [{ exists: false }] }, ["text", 5, true, null, undefined])).toEqual([]);
    expect(mismatch(parsed({ a: [1] }), "text")).toBe('the payload is "text", not an object');
  });
});

describe("hostile payloads", () => {
  it("only own keys are read", () => {
    const inherited = Object.create({ a: 1 }) as object;
    expect(matching({ a: [1] }, [inherited])).toEqual([]);
    expect(matching({ toString: [{ exists: false }], hasOwnProperty: [{ exists: false }] }, [{}])).toHaveLength(1);
    expect(matching({ length: [{ exists: true }] }, [[], ["a"], { length: 1 }])).toEqual([{ length: 1 }]);
    expect(matching({ a: [1] }, [JSON.parse('{"__proto__":{"a":1}}')])).toEqual([]);
    expect(matching({ a: [1] }, [Object.assign(Object.create(null), { a: 1 })])).toHaveLength(1);
  });

  it("a list in a list, ten thousand times, does not overflow", () => {
    const deep = JSON.parse(`${"[".repeat(10_000)}{"b":1}${"]".repeat(10_000)}`) as unknown;
    expect(matches(parsed({ a: { b: [1] } }), { a: deep })).toBe(true);
    expect(reason({ a: { b: [2] } }, { a: deep })).toBe("a.b is 1, not 2");
    expect(reason({ a: [2] }, { a: deep })).toMatch(/^a is \[{39}…, with no element 2$/);
  });
});

describe("the reason why a payload does not match", () => {
  it("names the first field that is wrong, its value and what was asked for", () => {
    expect(reason({ total: [{ numeric: [">", 0] }] }, { total: 0 })).toBe("total is 0, not > 0");
    expect(reason({ total: [{ numeric: [">", 0, "<=", 5] }, 7] }, { total: 6 })).toBe("total is 6, not > 0 and <= 5 or 7");
    expect(reason({ customer: { phone: [{ exists: true }] } }, { customer: {} })).toBe("customer.phone is absent");
    expect(reason({ customer: { phone: ["x"] } }, {})).toBe("customer.phone is absent");
    expect(reason({ phone: [{ exists: false }] }, { phone: "1" })).toBe('phone is "1", not absent');
    expect(reason({ a: [1], paymentMethod: ["cod"], z: [1] }, { a: 1, paymentMethod: "prepaid" })).toBe(
      'paymentMethod is "prepaid", not "cod"',
    );
    expect(reason({ vip: [true, null, { exists: false }] }, { vip: false })).toBe("vip is false, not true, null or absent");
    expect(reason({ email: [{ prefix: "ops" }] }, { email: null })).toBe('email is null, not beginning with "ops"');
    expect(reason({ s: [{ "anything-but": ["a", "b"] }] }, { s: "a" })).toBe('s is "a", not anything but "a" or "b"');
    expect(reason({ s: [{ "anything-but": { prefix: "a" } }] }, { s: "ab" })).toBe('s is "ab", not anything but what begins with "a"');
    expect(reason({ customer: ["x"] }, { customer: { name: "x" } })).toBe('customer is an object, not "x"');
    expect(reason({ n: [1, 2, 3, 4, 5, 6, 7] }, { n: 0 })).toBe("n is 0, not 1, 2, 3, 4, 5 or 2 more");
  });

  it("says what was in a list", () => {
    expect(reason({ tags: ["c"] }, { tags: ["a", "b"] })).toBe('tags is ["a","b"], with no element "c"');
    expect(reason({ tags: ["c"] }, { tags: [] })).toBe('tags is [], with no element "c"');
    expect(reason({ items: { sku: ["A"] } }, { items: [{ sku: "B" }] })).toBe('items.sku is "B", not "A"');
    expect(reason({ items: { sku: ["A"] } }, { items: [{ sku: "B" }, {}] })).toBe(
      'no element matches; in the first, items.sku is "B", not "A"',
    );
    expect(reason({ items: { sku: ["A"] } }, { items: [] })).toBe("items.sku is absent");
  });

  it("says why each branch of $or does not match, and no more than two of them", () => {
    expect(reason({ $or: [{ a: [1] }, { b: { c: [2] } }] }, { a: 3 })).toBe("no branch of $or matches: a is 3, not 1; b.c is absent");
    expect(reason({ b: { $or: [{ c: [1] }, { c: [2] }, { c: [3] }, { c: [4] }] } }, { b: { c: 0 } })).toBe(
      "no branch of $or matches: b.c is 0, not 1; b.c is 0, not 2; and 2 more",
    );
  });

  it("is one line that cannot move a cursor, with values of at most 40 characters", () => {
    const forged = reason({ s: ["x"], "two\nwords": ["y"] }, { s: 'a"\n\u001b[31m\u009b\u202e\u2028\u007f' });
    expect(forged).toBe('s is "a\\"\\n\\u001b[31m\\u009b\\u202e\\u2028\\u007…, not "x"');
    expect(reason({ "two\nwords\u009b": ["y"] }, {})).toBe('["two\\nwords\\u009b"] is absent');
    expect(reason({ s: [1] }, { s: "🙂".repeat(100) })).toMatch(/^s is "(🙂){19}…, not 1$/u);
    expect(reason({ s: [1] }, { s: `x${"🙂".repeat(100)}` })).toMatch(/^s is "x(🙂){18}…, not 1$/u);
    expect(reason({ s: ["y".repeat(5_000)] }, { s: "x".repeat(5_000) })).toBe(`s is "${"x".repeat(38)}…, not "${"y".repeat(38)}…`);
  });

  it("is made from the beginning of a large value, without reading the rest", () => {
    const list = Object.defineProperty(
      Array.from({ length: 101 }, () => 1),
      100,
      { get: unread, enumerable: true },
    );
    const object = Object.defineProperty(Object.fromEntries(list.slice(0, 99).entries()), "last", { get: unread, enumerable: true });
    expect(shown(list)).toBe(`[${"1,".repeat(19)}…`);
    expect(shown([object])).toMatch(/^\[\{"0":1,"1":1,.{25}…$/);
  });

  it("stays short under a pattern of 128 branches", () => {
    let pattern: unknown = { a: ["x".repeat(40)] };
    for (let level = 0; level < 7; level++) pattern = { $or: [pattern, pattern] };
    expect(reason(pattern, { a: "y".repeat(40) })?.length).toBeLessThanOrEqual(400);
  });
});
