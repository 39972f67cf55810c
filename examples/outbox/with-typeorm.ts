import { DataSource, EntitySchema } from "typeorm";
import { type Order, publishEvent } from "./bus.ts";

const orders = new EntitySchema<Order>({ name: "orders", columns: { id: { type: "text", primary: true }, total: { type: "int" } } });
const database = new DataSource({ type: "postgres", url: process.env["DATABASE_URL"]!, entities: [orders] });
const opened = database.initialize();

export async function placeOrder(order: Order) {
  await opened;
  return database.transaction(async (manager) => {
    await manager.insert(orders, order);
    return publishEvent.orderPlaced(order, { tx: manager });
  });
}

export const close = () => database.destroy();
