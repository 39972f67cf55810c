import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { parsePattern } from "../../src/filter/parse.ts";
import type { Pattern, SharedPattern, ValuePattern } from "../../src/filter/pattern.ts";

/** Each `@ts-expect-error` was seen as a real error at the line below it: `tsc` fails if one of them ever compiles. */
const order = z.object({
  orderId: z.string(),
  total: z.number(),
  paymentMethod: z.enum(["cod", "prepaid"]),
  customer: z.object({ name: z.string(), email: z.email(), phone: z.e164().optional() }),
  items: z.array(z.object({ sku: z.string().brand<"Sku">(), qty: z.int().brand<"Quantity">() })),
  tags: z.array(z.string()).default([]),
  meta: z.record(z.string(), z.union([z.string(), z.number()])),
  limits: z.record(z.enum(["day", "month"]), z.number()),
  vip: z.boolean().nullable(),
  pay: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("card"), last4: z.string() }),
    z.object({ kind: z.literal("upi"), vpa: z.string() }),
  ]),
  note: z.union([z.string(), z.object({ text: z.string() })]).nullish(),
  pair: z.tuple([z.string(), z.number()]),
  both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
  extra: z.json(),
  raw: z.unknown(),
});
type OrderPattern = Pattern<z.output<typeof order>>;

const refused = (pattern: unknown): boolean => "problems" in parsePattern(pattern);

describe("the type of a pattern", () => {
  it("takes every form that a payload's type allows, and all of them can be read", () => {
    const patterns: readonly OrderPattern[] = [
      { total: [{ numeric: [">", 0] }] },
      { total: [{ numeric: [">", 0, "<=", 5] }, 7, { "anything-but": [1, 2] }] },
      { paymentMethod: ["cod"] },
      { orderId: [{ suffix: "-1" }, { suffix: { "equals-ignore-case": "-A" } }, { prefix: { "equals-ignore-case": "kr" } }] },
      { orderId: [{ wildcard: "KR-*" }, { "equals-ignore-case": "kr-1" }, { cidr: "10.0.0.0/8" }] },
      { orderId: [{ "anything-but": { suffix: "x" } }, { "anything-but": { wildcard: ["*x*", "y*"] } }] },
      { orderId: [{ "anything-but": { "equals-ignore-case": ["x"] } }], meta: { a: [{ suffix: "x" }] } },
      { paymentMethod: [{ "anything-but": ["cod"] }, { prefix: "pre" }] },
      { customer: { phone: [{ exists: false }], email: [{ prefix: "ops@" }, { "anything-but": { prefix: "x" } }] } },
      { items: { sku: ["A"], qty: [{ numeric: [">=", 2] }, 9] } },
      { tags: ["a", { prefix: "b" }, { exists: false }] },
      { meta: { anything: ["x", 1, { numeric: ["=", 5] }] } },
      { meta: { $or: [{ a: ["x"] }, { b: [1] }] } },
      { limits: { day: [5] } },
      { vip: [true, null] },
      { pay: { kind: ["card"], last4: [{ prefix: "4" }] } },
      { pay: { vpa: ["x@upi"] } },
      { note: ["x", null, { exists: true }] },
      { note: { text: ["x"] } },
      { pair: ["s", 4] },
      { both: { a: ["1"], b: [{ numeric: ["=", 1] }] } },
      { extra: { any: { thing: ["x", 1, null] } } },
      { extra: [{ prefix: "x" }] },
      { raw: { any: { $or: [{ a: ["x"] }, { b: ["x"] }] } } },
      { total: [1], $or: [{ total: [1] }, { paymentMethod: ["prepaid"], $or: [{ vip: [true] }, { tags: ["a"] }] }] },
      { customer: { $or: [{ name: ["a"] }, { email: ["b"] }] } },
    ];
    expect(patterns.filter(refused)).toEqual([]);
  });

  it("a key that the payload does not have does not compile", () => {
    const patterns: readonly OrderPattern[] = [
      {
        // @ts-expect-error the payload has no "totl"
        totl: [1],
      },
      {
        customer: {
          name: ["asha"],
          // @ts-expect-error the customer has no "fone"
          fone: ["x"],
        },
      },
      {
        items: {
          // @ts-expect-error an item has no "price"
          price: [1],
        },
      },
      {
        pay: {
          // @ts-expect-error no way to pay has a "pin"
          pin: ["x"],
        },
      },
      {
        note: {
          // @ts-expect-error a note has no "title"
          title: ["x"],
        },
      },
      {
        limits: {
          // @ts-expect-error there is no limit a year
          year: [1],
        },
      },
      {
        $or: [
          { total: [1] },
          {
            // @ts-expect-error the payload has no "totl" in a branch either
            totl: [1],
          },
        ],
      },
      {
        customer: {
          $or: [
            { name: ["a"] },
            {
              // @ts-expect-error the customer has no "total"
              total: [1],
            },
          ],
        },
      },
    ];
    expect(patterns).toHaveLength(8);
  });

  it("a value that the payload can never have does not compile", () => {
    const patterns: readonly OrderPattern[] = [
      {
        paymentMethod: [
          "cod",
          // @ts-expect-error no payment method is called "paypal"
          "paypal",
        ],
      },
      // @ts-expect-error nor can it be left out
      { paymentMethod: [{ "anything-but": ["paypal"] }] },
      // @ts-expect-error a quantity is a number
      { items: { qty: ["1"] } },
      // @ts-expect-error yes or no is a boolean
      { vip: ["yes"] },
      // @ts-expect-error the total is never null
      { total: [null] },
      // @ts-expect-error a record of strings and numbers has no boolean
      { meta: { a: [true] } },
      // @ts-expect-error the kinds are "card" and "upi"
      { pay: { kind: ["cash"] } },
    ];
    expect(patterns).toHaveLength(7);
  });

  it("an operator that the value cannot have does not compile", () => {
    const patterns: readonly OrderPattern[] = [
      // @ts-expect-error a string has no range
      { orderId: [{ numeric: [">", 0] }] },
      // @ts-expect-error a number has no prefix
      { total: [{ prefix: "5" }] },
      // @ts-expect-error nor a wildcard
      { total: [{ wildcard: "5*" }] },
      // @ts-expect-error nor an address
      { total: [{ cidr: "10.0.0.0/8" }] },
      // @ts-expect-error nor a case
      { vip: [{ "equals-ignore-case": "yes" }] },
      // @ts-expect-error a boolean has only exists
      { vip: [{ "anything-but": true }] },
      // @ts-expect-error a number does not begin with something
      { total: [{ "anything-but": { prefix: "5" } }] },
      // @ts-expect-error an object is no leaf: exists would never hold
      { customer: [{ exists: true }] },
      // @ts-expect-error a string has nothing in it
      { orderId: { length: [5] } },
    ];
    expect(patterns).toHaveLength(9);
  });

  it("an operator that is not known, or written wrongly, neither compiles nor is read", () => {
    const patterns: readonly OrderPattern[] = [
      // @ts-expect-error not known
      { orderId: [{ matches: "x" }] },
      // @ts-expect-error not known
      { orderId: [{ Wildcard: "x*" }] },
      // @ts-expect-error not known after anything-but
      { orderId: [{ "anything-but": { cidr: "10.0.0.0/8" } }] },
      // @ts-expect-error one of them
      { orderId: [{ "anything-but": { prefix: "x", suffix: "y" } }] },
      // @ts-expect-error not known in a record
      { meta: { a: [{ matches: "x" }] } },
      // @ts-expect-error one wildcard an entry
      { orderId: [{ wildcard: ["x*"] }] },
      // @ts-expect-error nothing else may stand in a suffix
      { orderId: [{ suffix: { prefix: "x" } }] },
      // @ts-expect-error one prefix an entry
      { orderId: [{ prefix: ["x"] }] },
      // @ts-expect-error there is no such sign
      { total: [{ numeric: ["=>", 0] }] },
      // @ts-expect-error the lower bound comes first
      { total: [{ numeric: ["<", 5, ">", 0] }] },
      // @ts-expect-error half a comparison
      { total: [{ numeric: [">"] }] },
      // @ts-expect-error text is no number
      { total: [{ numeric: [">", "0"] }] },
      // @ts-expect-error true or false
      { orderId: [{ exists: "yes" }] },
      // @ts-expect-error an object has one operator
      { orderId: [{ prefix: "x", exists: true }] },
      // @ts-expect-error a value stands in a list
      { total: 5 },
      // @ts-expect-error an operator stands in a list
      { total: { numeric: [">", 0] }, customer: { name: { prefix: "x" } } },
      // @ts-expect-error $or takes a list
      { $or: { total: [1] } },
      // @ts-expect-error even where any JSON can be, the form is that of a pattern
      { extra: { deep: { er: 1 } } },
    ];
    expect(patterns.filter((pattern) => !refused(pattern))).toEqual([]);
  });

  it("leaves the author alone where the payload is any JSON, and below six levels of one that contains itself", () => {
    const node = z.object({
      name: z.string(),
      get kids() {
        return z.array(node);
      },
    });
    type NodePattern = Pattern<z.output<typeof node>>;
    const patterns: readonly (NodePattern | Pattern<unknown> | Pattern<z.core.util.JSONType>)[] = [
      { kids: { name: ["x"], kids: { kids: { kids: { kids: { kids: { name: ["y"], whatever: ["z"] } } } } } } },
      { anything: { at: { all: ["x"] } } },
    ];
    expect(patterns.filter(refused)).toEqual([]);
    const wrong: NodePattern = {
      kids: {
        kids: {
          kids: {
            kids: {
              kids: {
                // @ts-expect-error a node has no "title", on the sixth level either
                title: ["y"],
              },
            },
          },
        },
      },
    };
    expect(refused(wrong)).toBe(false);
  });

  it("a brand does not matter, and a literal does", () => {
    type Item = Pattern<{ sku: string & z.core.$brand<"Sku">; size: "s" | "m" | 1 }>;
    expectTypeOf<Item["sku"]>().toEqualTypeOf<readonly ValuePattern<string>[] | undefined>();
    expectTypeOf<Item["size"]>().toEqualTypeOf<readonly ValuePattern<"s" | "m" | 1>[] | undefined>();
    expect(refused({ sku: ["A"], size: ["s", 1] } satisfies Item)).toBe(false);
  });
});

describe("the type of a pattern for several payloads", () => {
  interface Placed {
    readonly orderId: string;
    readonly total: number;
    readonly status: "placed" | "held";
    readonly address: { readonly city: string; readonly zip: string };
    readonly items: readonly { readonly sku: string; readonly qty: number }[];
    readonly pay: { readonly kind: "card"; readonly last4: string } | { readonly kind: "upi"; readonly vpa: string };
  }
  interface Cancelled {
    readonly orderId: string;
    readonly total?: number | undefined;
    readonly status: "held" | "cancelled";
    readonly address: { readonly city: string; readonly pin: string };
    readonly items: readonly { readonly sku: string }[];
    readonly pay: { readonly kind: "card"; readonly last4: string } | { readonly kind: "upi"; readonly vpa: string };
    readonly reason: string;
  }
  type Shared = SharedPattern<Placed | Cancelled>;

  it("takes what all of them have", () => {
    const patterns: readonly Shared[] = [
      { orderId: ["x"], total: [{ numeric: [">", 1] }] },
      { status: ["placed", "cancelled", { "anything-but": "held" }] },
      { address: { city: ["x"] }, items: { sku: ["A"] } },
      { pay: { last4: ["4242"], vpa: ["x"] } },
      { $or: [{ orderId: ["x"] }, { total: [1] }] },
    ];
    expect(patterns.filter(refused)).toEqual([]);
  });

  it("what only some of them have does not compile, however deep", () => {
    const patterns: readonly Shared[] = [
      {
        orderId: ["x"],
        // @ts-expect-error only one has a reason
        reason: ["x"],
      },
      {
        address: {
          // @ts-expect-error only one has a zip
          zip: ["x"],
        },
      },
      {
        items: {
          // @ts-expect-error only one has a quantity
          qty: [1],
        },
      },
      {
        status: [
          // @ts-expect-error none has this status
          "lost",
        ],
      },
      {
        $or: [
          { orderId: ["x"] },
          {
            // @ts-expect-error only one has a reason
            reason: ["x"],
          },
        ],
      },
    ];
    expect(patterns).toHaveLength(5);
  });
});
