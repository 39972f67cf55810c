import { describe, expect, it } from "vitest";
import * as z from "zod";
import { changeText } from "../../src/schema/change.ts";
import { compareSchemas } from "../../src/schema/compare.ts";
import type { Side } from "../../src/schema/comparison.ts";
import { publishedSchema } from "../../src/schema/published.ts";

/** The sentences of a change; `!` stands before one that is breaking. */
function compared(before: z.ZodType, after: z.ZodType, side: Side = "event"): string[] {
  const io = side === "event" ? "output" : "input";
  const changes = compareSchemas(publishedSchema(before, io), publishedSchema(after, io), side);
  return changes.map((change) => `${change.breaking ? "! " : ""}${changeText(change)}`);
}

const text = z.string();
const object = z.object({ total: z.number() });
const tagged = (...branches: z.ZodObject[]) => z.discriminatedUnion("kind", branches as never);
const cod = z.object({ kind: z.literal("cod"), phone: text });
const card = z.object({ kind: z.literal("card"), last4: text });
const refined = (schema: z.ZodObject) => schema.refine((value) => Object.keys(value).length < 9);
const tree = (leaf: z.ZodType): z.ZodType => {
  const own: z.ZodType = z.object({
    leaf,
    get parts(): z.ZodType {
      return z.array(own);
    },
  });
  return own;
};

describe("what changed between two schemas", () => {
  it.each<[string, z.ZodType, z.ZodType, string[]]>([
    ["nothing", z.object({ a: text, b: z.array(text) }), z.object({ b: z.array(text), a: text.describe("words") }), []],
    ["required", object.partial(), object, ["! `total` became required"]],
    ["optional", object, object.partial(), ["`total` became optional"]],
    ["a new field", object, object.extend({ note: text }), ["! `note` is new and required"]],
    ["a new field that may be absent", object, object.extend({ note: text.optional() }), ["`note` is new and optional"]],
    [
      "a default, which no event in the log has",
      object,
      object.extend({ currency: text.default("INR") }),
      ["! `currency` is new, and events in the log do not have its default"],
    ],
    ["another default", z.object({ a: text.default("x") }), z.object({ a: text.default("y") }), ['`a` has the default "y" (it was "x")']],
    ["a field that is gone", object, z.object({}), ["! `total` was removed: readers were promised it"]],
    ["one that need not have been there", object.partial(), z.object({}), ["`total` was removed; it was optional"]],
    [
      "one that is refused",
      z.strictObject({ a: text.optional() }),
      z.strictObject({}),
      ["! `a` was removed, and fields that are not named are refused"],
    ],
    ["a type", z.object({ a: text }), z.object({ a: z.number() }), ["! `a` became a number (it was a string)"]],
    ["whole numbers", z.object({ a: z.number() }), z.object({ a: z.int() }), ["! `a` became an integer (it was a number)"]],
    ["decimals", z.object({ a: z.int() }), z.object({ a: z.number() }), ["`a` may have decimals"]],
    ["null", z.object({ a: text }), z.object({ a: text.nullable() }), ["`a` may also be null"]],
    ["no null", z.object({ a: text.nullable() }), z.object({ a: text }), ["! `a` may no longer be null"]],
    ["a value less", z.object({ a: z.enum(["x", "y"]) }), z.object({ a: z.enum(["x"]) }), ['! `a` may no longer be "y"']],
    ["a value more", z.object({ a: z.literal("x") }), z.object({ a: z.enum(["x", "y"]) }), ['`a` may also be "y"']],
    ["values in place of any", z.object({ a: text }), z.object({ a: z.enum(["x"]) }), ['! `a` must now be "x"']],
    [
      "a text with fitting values before",
      z.object({ a: z.enum(["xy"]) }),
      z.object({ a: text.min(2) }),
      ['`a` may now be a string (it was "xy")'],
    ],
    [
      "lengths",
      z.object({ a: text.min(2), b: text.max(9) }),
      z.object({ a: text.min(3), b: text.max(10) }),
      ["! `a` must have at least 3 characters (it was 2)", "`b` may have up to 10 characters (it was 9)"],
    ],
    [
      "bounds",
      z.object({ a: z.number().gt(0), b: z.int().min(0), c: z.number().max(5) }),
      z.object({ a: z.number().min(0), b: z.int().gt(-1), c: z.number().lt(5) }),
      ["`a` may be at least 0", "! `c` must now be less than 5 (it was at most 5)"],
    ],
    [
      "multiples",
      z.object({ a: z.int().multipleOf(6) }),
      z.object({ a: z.int().multipleOf(3) }),
      ["`a` need not be a multiple of 6 any more"],
    ],
    [
      "other multiples",
      z.object({ a: z.int().multipleOf(3) }),
      z.object({ a: z.int().multipleOf(6) }),
      ["! `a` must now be a multiple of 6"],
    ],
    [
      "a pattern",
      z.object({ a: text.regex(/^x/) }),
      z.object({ a: text.regex(/^x/).regex(/y$/) }),
      ["! `a` must now match the pattern y$"],
    ],
    [
      "a format that is gone",
      z.object({ a: z.iso.date() }),
      z.object({ a: text }),
      [expect.stringContaining("need not match"), "`a` need not have the format date any more"] as never,
    ],
    [
      "items",
      z.object({ a: z.array(object) }),
      z.object({ a: z.array(object.partial()).min(1) }),
      ["! `a` must have at least 1 items", "`a[].total` became optional"],
    ],
    ["places of a tuple", z.tuple([text, text]), z.tuple([text, z.number()]), ["! `[1]` became a number (it was a string)"]],
    [
      "a longer tuple",
      z.tuple([text]),
      z.tuple([text, text]),
      ["! the payload must have at least 2 items (it was 1)", "the payload may have up to 2 items (it was 1)"],
    ],
    ["values of a record", z.record(text, z.number()), z.record(text, z.int()), ["! `*` became an integer (it was a number)"]],
    ["names of a record", z.record(text, text), z.record(text.min(2), text), ["! `*` (its name) must have at least 2 characters"]],
    ["what is not named", z.looseObject({}), z.strictObject({}), ["! the payload refuses fields that it does not name"]],
    ["what was dropped and is not in the log", z.object({}), z.strictObject({}), []],
    ["a field that could have been anything", z.looseObject({}), z.looseObject({ a: text.optional() }), ["! `a` must now be a string"]],
    ["a branch more", tagged(cod), tagged(cod, card), ['the payload may also be an object whose kind is "card"']],
    ["a branch less", tagged(cod, card), tagged(cod), ['! the payload may no longer be an object whose kind is "card"']],
    ["inside a branch", tagged(cod, card), tagged(cod.partial({ phone: true }), card), ["`phone` became optional"]],
    ["inside of what holds itself", tree(text), tree(text.nullable()), ["`leaf` may also be null"]],
    ["inside of what holds itself, the other way", tree(text.nullable()), tree(text), ["! `leaf` may no longer be null"]],
    ["anything", z.object({ a: text }), z.object({ a: z.unknown() }), ["`a` may now be anything"]],
    ["no longer anything", z.object({ a: z.unknown() }), z.object({ a: text }), ["! `a` must now be a string"]],
  ])("%s", (_, before, after, expected) => {
    expect(compared(before, after)).toEqual(expected);
  });

  it.each<[string, z.ZodType, z.ZodType]>([
    ["a refinement that is new", text, text.refine((value) => value !== "x")],
    ["flags of a pattern", text.regex(/a/i), text.regex(/a/)],
    ["the protocol of a URL", z.url(), z.url({ protocol: /^https$/ })],
    ["trimming", text.min(1), text.trim().min(1)],
    ["a pipe", text.min(1), text.pipe(text.min(1))],
    ["a fallback", text.catch("x"), text],
    [
      "an intersection that is more than one object",
      z.intersection(z.looseObject({}), object),
      z.intersection(z.looseObject({}), object.partial()),
    ],
    ["a refinement that sees what is filled in", refined(object.partial()), refined(z.object({}))],
    ["forms of which exactly one must fit", z.xor([text, z.number()]), z.xor([text, z.number(), z.int()])],
  ])("does not judge %s, and takes it as breaking", (_, before, after) => {
    expect(compared(before, after)).toContainEqual(expect.stringMatching(/^! .*(cannot be judged|must now match)/));
    expect(compared(before, before)).toEqual([]);
  });

  it("takes a keyword that it does not know as breaking, unless nothing changed", () => {
    const before = { type: "object", properties: { a: { type: "string", uniqueItems: true } } };
    expect(compareSchemas(before, structuredClone(before), "event")).toEqual([]);
    const after = { type: "object", properties: { a: { type: "string", uniqueItems: false } } };
    expect(compareSchemas(before, after, "event").map(changeText)).toEqual([
      "`a` changed in a way that cannot be judged (uniqueItems), which counts as breaking",
    ]);
  });

  it("looks at publishers too: what they may leave out, and what was dropped", () => {
    expect(compared(z.object({ a: text.default("x") }), z.object({ a: text }), "publish")[0]).toBe("! `a` became required");
    expect(compared(z.object({ a: text }), z.object({ a: text.default("x") }), "publish")).toEqual([
      "`a` became optional",
      '`a` has the default "x" now',
    ]);
    expect(compared(z.object({}), z.strictObject({}), "publish")).toEqual(["! the payload refuses fields that it does not name"]);
    expect(compared(text.trim().max(3), text.max(3), "publish")).toEqual([
      "! the payload is no longer trimmed or otherwise rewritten before it is checked",
    ]);
  });
});

describe("the schema that is published", () => {
  it("says whether fields that are not named are dropped, refused or kept", () => {
    const schemas = [z.object({}), z.strictObject({}), z.looseObject({})];
    expect(schemas.map((schema) => publishedSchema(schema, "output")["additionalProperties"])).toEqual([undefined, false, {}]);
  });

  it("leaves out a default that is another one each time, and marks one that does not fit", () => {
    const fresh = publishedSchema(
      z.object({ at: z.string().default(() => new Date().toISOString()), id: z.string().default(() => crypto.randomUUID()) }),
      "output",
    );
    expect(JSON.stringify(fresh)).not.toContain("default");
    expect(JSON.stringify(publishedSchema(z.object({ a: text.min(2).default("") }), "output"))).toContain("a default that does not fit");
  });
});
