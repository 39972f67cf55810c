import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import pg from "pg";
import { drizzleTransaction } from "../../src/index.ts";
import { type Order, publishEvent } from "./bus.ts";

const orders = pgTable("orders", { id: text().primaryKey(), total: integer().notNull() });
const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"] });
const db = drizzle({ client: pool });

export function placeOrder(order: Order) {
  return db.transaction(async (tx) => {
    await tx.insert(orders).values(order);
    return publishEvent.orderPlaced(order, { tx: drizzleTransaction(tx, sql) });
  });
}

export const close = () => pool.end();
