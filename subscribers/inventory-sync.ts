import { defineSubscriber } from "../src/index.ts";
import { inventorySyncRequested } from "../topics/inventory-sync-requested.ts";

export default defineSubscriber(inventorySyncRequested, {
  name: "inventory-sync",
  description: "Brings the stock in line with a supplier's system: what changed, or everything.",
  deliver: ({ handler }) => [
    handler({
      // Others' systems take their time to come back.
      retry: { attempts: 5, delay: "30s" },
      async handle({ data }, { services: { supplier, inventory }, signal, progress }) {
        const since = data.mode === "full" ? undefined : data.since;
        const seen = new Set<string>();
        let cursor: number | undefined;
        do {
          const { products, total, next } = await supplier.page(data.supplier, { since, cursor, signal });
          await inventory.put(products);
          for (const { sku } of products) seen.add(sku);
          progress({ done: seen.size, total, note: "products in line" });
          cursor = next;
        } while (cursor !== undefined);
        // Only a full sync shows what the supplier has not got any more.
        if (data.mode === "full") await inventory.discontinue({ supplier: data.supplier, except: seen });
      },
    }),
  ],
});
