import * as z from "zod";
import { defineTopic } from "../src/index.ts";

export const inventoryLowStock = defineTopic(
  "inventory.low_stock",
  z.object({
    sku: z.string(),
    product: z.string(),
    stock: z.int().nonnegative(),
    threshold: z.int().positive(),
    warehouse: z.object({ id: z.string(), name: z.string(), email: z.email() }),
    url: z.url(),
    noticedAt: z.iso.datetime(),
  }),
  {
    description: "The stock of a product fell under its threshold.",
    key: ({ sku }) => sku,
    index: ["sku", "warehouse.id"],
    example: {
      sku: "TEA-ASM-500",
      product: "Assam second flush tea, 500 g",
      stock: 8,
      threshold: 25,
      warehouse: { id: "wh_blr", name: "Bengaluru East", email: "stock.bengaluru@example.in" },
      url: "https://shop.example.in/operations/products/TEA-ASM-500",
      noticedAt: "2025-10-18T20:30:00Z",
    },
  },
);
