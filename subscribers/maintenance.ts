import { defineSubscriber, linkTo } from "../src/index.ts";
import { maintenanceDue } from "../topics/maintenance-due.ts";

const batchSize = 100;
const oneDay = 86_400_000;
/** Links to exports and reports work for seven days; a file stays a day longer. */
const fileDays = 8;

export default defineSubscriber(maintenanceDue, {
  name: "maintenance",
  description: "Does the shop's nightly tasks: looks for what runs out, and removes what nobody needs any more.",
  deliver: ({ handler }) => [
    handler({
      name: "stock-check",
      when: ({ data }) => data.task === "stock-check",
      async handle({ data: { dueAt } }, { services: { inventory }, signal, progress, publishEvent }) {
        let done = 0;
        let after: string | undefined;
        do {
          signal.throwIfAborted();
          const page = await inventory.page({ after, count: batchSize });
          for (const { sku, name, stock } of page.filter((product) => product.stock < inventory.lowStock))
            await publishEvent.inventoryLowStock(
              {
                sku,
                product: name,
                stock,
                threshold: inventory.lowStock,
                warehouse: inventory.warehouse,
                url: linkTo(`/operations/products/${encodeURIComponent(sku)}`, "https://shop.example.in"),
                noticedAt: dueAt,
              },
              // Once a night, also where the stock changes between two tries.
              { idempotencyKey: `stock-check/${dueAt}/${sku}` },
            );
          done += page.length;
          progress({ done, note: "products looked at" });
          after = page.length < batchSize ? undefined : page.at(-1)!.sku;
        } while (after !== undefined);
      },
    }),
    handler({
      name: "old-files",
      when: ({ data }) => data.task === "old-files",
      async handle({ data: { dueAt } }, { services: { files }, progress }) {
        const before = new Date(Date.parse(dueAt) - fileDays * oneDay).toISOString();
        progress({ done: await files.removeBefore(before), note: "exports and reports removed" });
      },
    }),
    handler({
      name: "old-deliveries",
      when: ({ data }) => data.task === "old-deliveries",
      async handle(_event, { channels, progress }) {
        progress({ done: await channels.clean("all", { olderThan: "2d" }), note: "finished deliveries forgotten" });
      },
    }),
  ],
});
