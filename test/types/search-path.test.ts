import { expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { defineTopic, type SearchPath } from "../../src/index.ts";

/** Each `@ts-expect-error` was seen as a real error at its line: `tsc` fails if one of them ever compiles. */
const order = z.object({
  orderId: z.string(),
  number: z.int(),
  gift: z.boolean(),
  customer: z.object({ email: z.email(), phone: z.e164().optional() }),
  parcel: z.object({ id: z.string().brand("parcel") }).nullable(),
  items: z.array(z.object({ sku: z.string(), tags: z.array(z.string()) })).optional(),
  paid: z.union([z.object({ by: z.literal("card"), card: z.string() }), z.object({ by: z.literal("cash") })]),
});

it("a search path leads to a text or a number, through lists and what may be missing", () => {
  expectTypeOf<SearchPath<z.output<typeof order>>>().toEqualTypeOf<
    "orderId" | "number" | "customer.email" | "customer.phone" | "parcel.id" | "items.sku" | "items.tags" | "paid.by" | "paid.card"
  >();
});

it("any path is taken where the payload is open, and below four levels", () => {
  expectTypeOf<SearchPath<{ labels: Record<string, string>; a: unknown }>>().toEqualTypeOf<`labels.${string}` | "a" | `a.${string}`>();
  type Tree = { name: string; children: Tree[] };
  expectTypeOf<"children.children.name">().toExtend<SearchPath<Tree>>();
  expectTypeOf<"children.nme">().not.toExtend<SearchPath<Tree>>();
});

it("mistakes in an index do not compile, and are refused all the same", () => {
  expect(defineTopic("order.placed", order, { index: ["orderId", "items.sku", "parcel.id"] }).index).toHaveLength(3);
  // @ts-expect-error the payload has no "orderID"
  expect(() => defineTopic("order.placed", order, { index: ["orderId", "orderID"] })).toThrow("cannot be used");
  // @ts-expect-error "customer" is an object
  expect(() => defineTopic("order.placed", order, { index: ["customer"] })).toThrow("cannot be used");
  // @ts-expect-error "gift" is neither text nor a number
  expect(() => defineTopic("order.placed", order, { index: ["gift"] })).toThrow("cannot be used");
  const first = defineTopic("order.placed", z.object({ orderId: z.string() }));
  const next = z.object({ id: z.string() });
  // @ts-expect-error the next version has no "orderId"
  expect(() => first.evolve(next, ({ orderId }) => ({ id: orderId }), { index: ["orderId"] })).toThrow("cannot be used");
});
