import { defineSubscriber } from "../src/index.ts";
import { inventoryLowStock } from "../topics/inventory-low-stock.ts";
import { count } from "./_templates/format.ts";
import { lowStockEmail } from "./_templates/low-stock-email.ts";

/** Where the operations tool takes alerts. */
const operationsHook = "https://operations.example.in/hooks/low-stock";

export default defineSubscriber(inventoryLowStock, {
  name: "low-stock-alert",
  description: "Alerts those who order, and the operations tool, that a product runs out.",
  priority: "high",
  deliver: ({ email, webhook }) => [
    email({
      to: ({ data }) => data.warehouse.email,
      template: lowStockEmail,
      data: ({ data: { product, sku, stock, threshold, warehouse, url } }) => ({
        product,
        sku,
        stock: count(stock),
        threshold: count(threshold),
        warehouse: warehouse.name,
        url,
      }),
    }),
    webhook({
      to: () => operationsHook,
      data: ({ id, data: { sku, stock, threshold, warehouse, noticedAt } }) => ({
        alertId: id,
        sku,
        stock,
        threshold,
        warehouse: warehouse.id,
        noticedAt,
      }),
    }),
  ],
});
