import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const fileExportRequested = defineTopic(
  "file.export_requested",
  z.object({
    exportId: z.string(),
    kind: z.enum(["products", "stock"]),
    requestedBy: z.object({ name: pii(z.string()), email: pii(z.email()) }),
  }),
  {
    description: "Somebody asked for the products, or their stock, as a CSV file.",
    key: ({ exportId }) => exportId,
    index: ["exportId", "requestedBy.email"],
    example: {
      exportId: "exp_3302",
      kind: "products",
      requestedBy: { name: "Farah Qureshi", email: "farah.qureshi@example.in" },
    },
  },
);
