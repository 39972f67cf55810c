import knex from "knex";
import { knexTransaction } from "../../src/index.ts";
import { type Order, publishEvent } from "./bus.ts";

const db = knex({ client: "pg", connection: process.env["DATABASE_URL"]! });

export function placeOrder(order: Order) {
  return db.transaction(async (trx) => {
    await trx("orders").insert(order);
    return publishEvent.orderPlaced(order, { tx: knexTransaction(trx) });
  });
}

export const close = () => db.destroy();
