/**
 * Runs one of the examples against DATABASE_URL and checks what came of it: an order and its event are there together, and of an order
 * that is refused, by the database or by the topic, nothing stays.
 */
import assert from "node:assert/strict";
import pg from "pg";
import { bus, type Order } from "./bus.ts";

interface Example {
  placeOrder(order: Order): Promise<{ readonly id: string; readonly durability: string | undefined }>;
  close(): Promise<unknown>;
}

const name = process.argv[2]!;
const { placeOrder, close } = (await import(`./with-${name}.ts`)) as Example;
const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"] });
const idsOf = async (text: string): Promise<string[]> => (await pool.query(text)).rows.map(({ id }: { id: string }) => id);

const order = { id: `${name} "A-1" $1 ? 'x'`, total: 2_398 };
const { id, durability } = await placeOrder(order);
assert.equal(durability, "outbox");
assert.deepEqual(await idsOf("SELECT id FROM orders"), [order.id]);
assert.deepEqual(await idsOf("SELECT event_id AS id FROM busbar.outbox"), [id]);
const { rows } = await pool.query("SELECT event FROM busbar.outbox");
assert.deepEqual((JSON.parse(rows[0].event) as { data: Order }).data, order);

// The database refuses the second order of an id after the first statement of its transaction: nothing of it stays.
await assert.rejects(placeOrder(order));
// The outbox refuses what is no order after the order was inserted: that is gone too.
await assert.rejects(placeOrder({ id: "A-2", total: 0.5 }));
assert.deepEqual(await idsOf("SELECT id FROM orders"), [order.id]);
assert.deepEqual(await idsOf("SELECT event_id AS id FROM busbar.outbox"), [id]);

await close();
await pool.query("DELETE FROM orders; DELETE FROM busbar.outbox");
await pool.end();
await bus.stop();
console.log(`with-${name}.ts: an order and its event are committed together, or neither is`);
