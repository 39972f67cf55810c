import { describe, expect, it } from "vitest";
import * as z from "zod";
import { BusbarError } from "../../src/base/errors.ts";
import { searchKeysOf, searchLimits, searchValues } from "../../src/define/search-keys.ts";
import { meansSearchKey } from "../../src/define/search-name.ts";
import { defineTopic } from "../../src/index.ts";
import * as topics from "../../topics/index.ts";

// What a JavaScript author can write, and the compiler would refuse.
const loose = defineTopic as unknown as (name: string, schema: z.ZodType, options: unknown) => { evolve: (...parts: unknown[]) => unknown };

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof BusbarError) return error.problems;
    throw error;
  }
  return [];
}

const order = z.object({
  orderId: z.string(),
  number: z.int(),
  gift: z.boolean(),
  kind: z.enum(["cod", "prepaid"]),
  parcel: z.object({ id: z.string() }).nullable().optional(),
  items: z.array(z.object({ sku: z.string(), tags: z.array(z.string()) })),
  labels: z.record(z.string(), z.string()),
  anything: z.json(),
});
const problems = (index: unknown) => problemsOf(() => loose("order.placed", order, { index }));

const upcast = ({ orderId }: { orderId: string }) => ({ order: { id: orderId } });

describe("a topic's search keys", () => {
  it("are paths to texts and numbers, through lists, records and what may be missing", () => {
    const index = ["orderId", "number", "kind", "parcel.id", "items.sku", "items.tags", "labels.colour", "anything.at.all"];
    expect(problems(index)).toEqual([]);
    expect(loose("order.placed", order, { index })).toMatchObject({ index });
    expect(loose("order.placed", order, {})).toMatchObject({ index: [] });
  });

  it("are refused where nothing can lie there, all at once, with the path that was probably meant", () => {
    expect(problems(["ordrId", "parcel.ID", "items", "gift", "orderId.length", "zzz"])).toEqual([
      'index: the payload has no "ordrId"; did you mean "orderId"?',
      'index: the payload has no "parcel.ID"; did you mean "parcel.id"?',
      'index: "items" is an object: name what lies in it',
      'index: "gift" is never text or a number',
      'index: the payload has no "orderId.length"',
      'index: the payload has no "zzz"',
    ]);
  });

  it("are at most eight, each once, and a list of texts", () => {
    expect(problems(Array.from({ length: 9 }, (_, at) => `labels.${at}`))).toEqual([
      "index has 9 paths, at most 8 are allowed: each is written with every publish",
    ]);
    expect(problems(["orderId", "orderId"])).toEqual(['index names "orderId" twice']);
    for (const wrong of ["orderId", [1], [""], {}])
      expect(problems(wrong)).toEqual([expect.stringMatching(/^index must be a list of paths/)]);
  });

  it("stay as they were in the next version, which must have them or name its own", () => {
    const first = loose("order.placed", z.object({ orderId: z.string() }), { index: ["orderId"] });
    const wider = z.object({ orderId: z.string(), total: z.number() });
    expect(first.evolve(wider, (data: object) => ({ ...data, total: 1 }))).toMatchObject({ index: ["orderId"] });
    const other = z.object({ order: z.object({ id: z.string() }) });
    expect(problemsOf(() => first.evolve(other, upcast))).toEqual([expect.stringMatching(/^index: the payload has no "orderId"/)]);
    expect(first.evolve(other, upcast, { index: ["order.id"] })).toMatchObject({ index: ["order.id"] });
  });

  it("are in the reference domain wherever a person would look for something", () => {
    const without = Object.values(topics).filter(({ index }) => index.length === 0);
    expect(without.map(({ name }) => name)).toEqual(["affiliate.sync_due", "inventory.sync_requested", "maintenance.due"]);
    for (const { name, index, example } of Object.values(topics)) {
      for (const path of index) expect([name, path, searchValues([path], example).values.length > 0]).toEqual([name, path, true]);
    }
  });
});

describe("the values of an event", () => {
  const data = {
    orderId: " A-1001 ",
    number: 7,
    parcel: null,
    gift: true,
    items: [{ sku: "TEA", tags: ["a", "b"] }, { sku: "TEA", tags: [] }, { sku: "" }],
  };

  it("are texts exactly as they are and numbers as text, each once; what is missing, null or empty is none", () => {
    const index = ["orderId", "number", "parcel.id", "items.sku", "items.tags", "nothing.here"];
    expect(searchValues(index, data)).toEqual({ values: [" A-1001 ", "7", "TEA", "a", "b"], left: [] });
    expect(searchValues(["gift", "items", "constructor.name"], data).values).toEqual([]);
  });

  it("of more than 256 bytes, and beyond 256 of them, are left out, without being repeated", () => {
    const long = "é".repeat(129);
    const ids = Array.from({ length: searchLimits.values + 3 }, (_, at) => at);
    const { values, left } = searchValues(["note", "ids"], { note: [long, "é".repeat(128)], ids });
    expect(values).toHaveLength(searchLimits.values);
    expect(left).toEqual([
      { path: "note", why: "a value has 258 bytes, at most 256 are searched" },
      { path: "ids", why: "an event is found by 256 values at most" },
    ]);
  });

  it("say at which search keys an event has them", () => {
    expect(searchKeysOf(["orderId", "items.sku", "items.tags"], { orderId: "x", items: [{ sku: "x" }, { tags: ["y"] }] }, "x")).toEqual([
      "orderId",
      "items.sku",
    ]);
  });
});

const called = (path: string, ...names: string[]): string[] => names.filter((name) => meansSearchKey(name, path));

it("a search key is called by its path, its last part, or that without its Id, upper and lower case alike", () => {
  expect(called("orderId", "orderId", "order", "ORDERID", "id", "ord")).toEqual(["orderId", "order", "ORDERID"]);
  expect(called("customer.email", "customer.email", "email", "customer")).toEqual(["customer.email", "email"]);
  expect(called("user.id", "user.id", "id", "user", "")).toEqual(["user.id", "id", "user"]);
  expect(called("paid", "paid", "pa")).toEqual(["paid"]);
  expect(called("parcel_ids", "parcel", "parcel_ids")).toEqual(["parcel", "parcel_ids"]);
  expect(called("id", "id", "")).toEqual(["id"]);
});
