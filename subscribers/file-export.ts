import { defineSubscriber } from "../src/index.ts";
import { fileExportRequested } from "../topics/file-export-requested.ts";
import { csvLine } from "./_services/csv.ts";
import type { Product } from "./_services/inventory.ts";

const kinds = {
  products: { title: "Products", columns: ["sku", "name", "price", "stock"] },
  stock: { title: "Stock", columns: ["sku", "stock"] },
} as const satisfies Record<string, { title: string; columns: readonly (keyof Product)[] }>;

const batchSize = 100;
/** How long a link works, counted from the request: then a second try makes the same event. */
const linkLife = 7 * 86_400_000;

export default defineSubscriber(fileExportRequested, {
  name: "file-export",
  description: "Writes the products or their stock into a CSV file, and says that it is ready.",
  deliver: ({ handler }) => [
    handler({
      async handle({ time, data: { exportId, kind, requestedBy } }, { services: { inventory, files }, signal, progress, publishEvent }) {
        const { title, columns } = kinds[kind];
        const lines = [csvLine(columns)];
        let page: readonly Product[];
        let after: string | undefined;
        do {
          signal.throwIfAborted();
          page = await inventory.page({ after, count: batchSize });
          lines.push(...page.map((product) => csvLine(columns.map((column) => product[column]))));
          after = page.at(-1)?.sku;
          progress({ done: lines.length - 1, note: "products written" });
        } while (page.length === batchSize);
        const { url, bytes } = await files.save(exportId, lines);
        const validUntil = new Date(Date.parse(time) + linkLife).toISOString();
        await publishEvent.fileExportReady({ exportId, title, rows: lines.length - 1, bytes, url, validUntil, requestedBy });
      },
    }),
  ],
});
