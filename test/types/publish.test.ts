import { expect, expectTypeOf, it } from "vitest";
import pg, { type Client, type Pool, type PoolClient } from "pg";
import * as z from "zod";
import { createBus, defineTopic, type Published, type Transaction } from "../../src/index.ts";

/** Each `@ts-expect-error` was seen as a real error at its line: `tsc` fails if one of them ever compiles. */
const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), tags: z.array(z.string()).default([]) }));
const statusChanged = defineTopic("order.status_changed", z.object({ orderId: z.string(), status: z.enum(["shipped", "delivered"]) }));
const bus = createBus({ application: "types", topics: { orderPlaced, orderStatusChanged: statusChanged } });

it("publishEvent has one function a topic, typed by what its schema takes", async () => {
  expectTypeOf(bus.publishEvent).toHaveProperty("orderPlaced");
  expectTypeOf(bus.publishEvent.orderPlaced).parameter(0).toEqualTypeOf<{ orderId: string; tags?: string[] | undefined }>();
  expectTypeOf(bus.publishEvent.orderPlaced).returns.resolves.toEqualTypeOf<Published>();
  expectTypeOf(bus.publishEvent.orderPlaced.batch)
    .parameter(0)
    .toEqualTypeOf<readonly { orderId: string; tags?: string[] | undefined }[]>();
  expect(Object.keys(bus.publishEvent)).toEqual(["orderPlaced", "orderStatusChanged"]);
});

it("a wrong payload, name or option does not compile, and publishes nothing", async () => {
  // @ts-expect-error orderId is a text
  await expect(bus.publishEvent.orderPlaced({ orderId: 1 })).rejects.toThrow(/orderId: /);
  // @ts-expect-error orderId is missing
  await expect(bus.publishEvent.orderPlaced({})).rejects.toThrow(/orderId: /);
  // @ts-expect-error there is no such status
  await expect(bus.publishEvent.orderStatusChanged({ orderId: "A", status: "lost" })).rejects.toThrow(/status: /);
  // @ts-expect-error there is no such option
  await expect(bus.publishEvent.orderPlaced({ orderId: "A" }, { idempotencykey: "x" })).rejects.toThrow(/did you mean "idempotencyKey"/);
  // @ts-expect-error there is no such priority
  await expect(bus.publishEvent.orderPlaced({ orderId: "A" }, { priority: "urgent" })).rejects.toThrow(/"urgent" is none of/);
  // @ts-expect-error the second of the batch is wrong
  await expect(bus.publishEvent.orderPlaced.batch([{ orderId: "A" }, { orderId: 2 }])).rejects.toThrow(/\[1\] orderId: /);
  // @ts-expect-error there is no such topic
  expect(bus.publishEvent.orderPlacd).toBeUndefined();
});

it("a transaction is anything that runs a statement with its parameters, and no pool", async () => {
  const manager = { query: async <Rows = unknown>(_text: string, _values?: unknown[]): Promise<Rows> => [] as Rows };
  expectTypeOf<Client>().toExtend<Transaction>();
  expectTypeOf<PoolClient>().toExtend<Transaction>();
  expectTypeOf(manager).toExtend<Transaction>();
  expectTypeOf<Pool>().not.toExtend<Transaction>();
  // @ts-expect-error a text is no transaction
  await expect(bus.publishEvent.orderPlaced({ orderId: "A" }, { tx: "BEGIN" })).rejects.toThrow(/tx: must be an open transaction/);
  // @ts-expect-error a pool writes outside of the transaction
  await expect(bus.publishEvent.orderPlaced({ orderId: "A" }, { tx: new pg.Pool() })).rejects.toThrow(/tx: is a pool/);
});

it("a topic that is exported under another name than its own does not compile, and does not start", () => {
  // @ts-expect-error it must be called orderPlaced
  expect(() => createBus({ application: "types", topics: { placed: orderPlaced } })).toThrow('rename the export to "orderPlaced"');
  // @ts-expect-error what the barrel exports must be topics
  expect(() => createBus({ application: "types", topics: { orderPlaced, retries: 3 } })).toThrow(/"retries" is no topic/);
});

it("a misspelt option of the bus does not compile, and does not start", () => {
  // @ts-expect-error there is no option "subscriber"
  expect(() => createBus({ application: "types", topics: { orderPlaced }, subscriber: [] })).toThrow(/did you mean "subscribers"\?/);
  // @ts-expect-error there is no channel "mail"
  expect(() => createBus({ application: "types", topics: { orderPlaced }, channels: { mail: {} } })).toThrow(/did you mean "email"\?/);
});

it("an upcast takes what the version before was and gives what this one takes", () => {
  const next = z.object({ id: z.string(), currency: z.string() });
  const evolved = orderPlaced.evolve(next, ({ orderId, tags }) => ({ id: orderId, currency: tags[0] ?? "INR" }), { key: ({ id }) => id });
  expectTypeOf(evolved.name).toEqualTypeOf<"order.placed">();
  expect(evolved.version).toBe(2);
  // @ts-expect-error the version before has no "id"
  expect(orderPlaced.evolve(next, ({ id }) => ({ id, currency: "INR" })).version).toBe(2);
  // @ts-expect-error the currency is missing
  expect(orderPlaced.evolve(next, ({ orderId }) => ({ id: orderId })).version).toBe(2);
  // @ts-expect-error the key is made of this version's payload
  expect(orderPlaced.evolve(next, () => ({ id: "", currency: "" }), { key: ({ orderId }) => orderId }).version).toBe(2);
  // @ts-expect-error a Date is no JSON
  expect(() => orderPlaced.evolve(z.object({ at: z.date() }), () => ({ at: new Date(0) }))).toThrow(/JSON/);
  // @ts-expect-error an upcast is a function
  expect(() => orderPlaced.evolve(next, {})).toThrow(/must be a function that upcasts/);
});
