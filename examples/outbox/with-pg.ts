import pg from "pg";
import { type Order, publishEvent } from "./bus.ts";

const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"] });

export async function placeOrder(order: Order) {
  const tx = await pool.connect();
  try {
    await tx.query("BEGIN");
    await tx.query("INSERT INTO orders (id, total) VALUES ($1, $2)", [order.id, order.total]);
    const published = await publishEvent.orderPlaced(order, { tx });
    await tx.query("COMMIT");
    return published;
  } catch (error) {
    await tx.query("ROLLBACK");
    throw error;
  } finally {
    tx.release();
  }
}

export const close = () => pool.end();
