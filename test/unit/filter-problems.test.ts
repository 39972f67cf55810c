import { describe, expect, it } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic } from "../../src/index.ts";

const node = z.object({
  v: z.string(),
  get kids() {
    return z.array(node);
  },
});
const placed = defineTopic(
  "order.placed",
  z.object({
    orderId: z.string(),
    sku: z.string().brand<"Sku">(),
    total: z.number(),
    count: z.int().default(1),
    paid: z.boolean().nullable(),
    method: z.enum(["cod", "prepaid"]),
    kind: z.literal(["a", "b"]),
    phone: z.e164().optional(),
    tags: z.array(z.string()),
    grid: z.array(z.array(z.number())),
    items: z.array(z.object({ sku: z.string(), qty: z.int() })),
    pay: z.discriminatedUnion("by", [
      z.object({ by: z.literal("card"), last4: z.string() }),
      z.object({ by: z.literal("upi"), vpa: z.string() }),
    ]),
    note: z.union([z.string(), z.object({ text: z.string() })]),
    meta: z.record(z.string(), z.union([z.string(), z.number()])),
    free: z.json(),
    loose: z.object({ k: z.string() }).catchall(z.json()),
    both: z.intersection(z.object({ left: z.string() }), z.object({ right: z.number() })),
    tree: node,
  }),
);
const refunded = defineTopic("order.refunded", z.object({ orderId: z.string(), total: z.number(), method: z.enum(["bank"]) }));

function define(filter: unknown, topics: readonly unknown[] = [placed]): string {
  try {
    defineSubscriber(topics as never, {
      name: "s",
      filter: filter as never,
      deliver: ({ handler }) => [handler({ handle: async () => undefined })],
    });
    return "defined";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a filter that the payload can never match is refused where it is defined, for those without types", () => {
  it.each([
    [{ ordrId: ["A"] }, 'filter: ordrId: order.placed has no such field; did you mean "orderId"?'],
    [{ orderId: [5] }, "filter: orderId: it is never 5: it is string"],
    [{ orderId: [{ numeric: [">", 5] }] }, "filter: orderId: it is never a number (string)"],
    [{ total: [{ prefix: "1" }] }, "filter: total: it is never text (number), as prefix asks for"],
    [{ total: ["5"] }, 'filter: total: it is never "5": it is number'],
    [{ method: ["paypal"] }, 'filter: method: it is never "paypal": it is one of "cod", "prepaid"'],
    [{ method: [{ "anything-but": ["cod", "paypal"] }] }, 'filter: method: it is never "paypal"'],
    [{ paid: ["yes"] }, 'filter: paid: it is never "yes": it is boolean or null'],
    [{ items: [{ exists: true }] }, "filter: items: it is an object: name what lies in it"],
    [{ items: ["A"] }, "filter: items: it is an object: name what lies in it"],
    [{ items: { quantity: [1] } }, "filter: items.quantity: order.placed has no such field"],
    [{ total: { value: [1] } }, "filter: total: it is no object, so nothing lies in it"],
    [{ pay: { iban: ["x"] } }, "filter: pay.iban: order.placed has no such field"],
    [{ tree: { kids: { kids: { w: ["x"] } } } }, "filter: tree.kids.kids.w: order.placed has no such field"],
    [{ $or: [{ total: [1] }, { totl: [1] }] }, 'totl: order.placed has no such field; did you mean "total"?'],
  ])("%j", (filter, problem) => {
    expect(define(filter)).toContain(problem);
  });

  it("beside what else is wrong with it", () => {
    const told = define({ totl: [{ prefx: "1" }], ordrId: ["A"] });
    expect(told).toContain('filter: totl[0]: operator "prefx" is not known');
    expect(told).toContain('filter: totl: order.placed has no such field; did you mean "total"?');
    expect(told).toContain('filter: ordrId: order.placed has no such field; did you mean "orderId"?');
  });

  it("of several topics, where one of them lacks the field, or none has the value", () => {
    expect(define({ tags: ["a"] }, [placed, refunded])).toContain("filter: tags: order.refunded has no such field");
    expect(define({ method: ["paypal"] }, [placed, refunded])).toContain('it is never "paypal"');
    expect(define({ method: ["bank"], total: [{ numeric: [">", 1] }] }, [placed, refunded])).toBe("defined");
  });
});

it.each([
  { orderId: ["A", { prefix: "B" }], total: [{ numeric: [">", 0, "<=", 5] }], count: [3], paid: [true, null] },
  { method: [{ "anything-but": "cod" }], kind: ["a"], phone: [{ exists: false }], sku: ["x"] },
  { tags: ["a", { prefix: "b" }], grid: [7], items: { sku: ["A"], qty: [{ numeric: [">=", 2] }] } },
  { pay: { by: ["card"], last4: [{ prefix: "4" }], vpa: [{ exists: true }] }, note: ["x"] },
  { note: { text: ["x"] }, meta: { anything: ["x", 1] }, free: { deep: { er: ["x"] } } },
  { loose: { k: ["x"], other: [{ numeric: ["=", 1] }] }, both: { left: ["1"], right: [{ numeric: ["=", 1] }] } },
  { tree: { kids: { v: ["x"], kids: { v: ["y"] } } }, tags: [{ exists: true }], $or: [{ total: [1] }, { kind: ["b"] }] },
])("what can match is taken: %j", (filter) => {
  expect(define(filter)).toBe("defined");
});

it("looks into a list that may hold itself once, takes no metadata for a schema, and stops where the types stop", () => {
  type Nested = string | Nested[] | [Nested, Nested];
  const nested: z.ZodType<Nested> = z.lazy(() => z.union([z.string(), z.array(nested), z.tuple([nested, nested])]));
  const odd = defineTopic("odd.made", z.object({ nested, named: z.string().meta({ type: "warehouse", enum: ["x"] }), tree: node }));
  expect(define({ nested: ["x"], named: ["anything"] }, [odd])).toBe("defined");
  expect(define({ nested: [5] }, [odd])).toContain("filter: nested: it is never 5");
  const deep = { kids: { kids: { kids: { kids: { kids: { kids: { whatever: ["z"] } } } } } } };
  expect(define({ tree: deep }, [odd])).toBe("defined");
});
