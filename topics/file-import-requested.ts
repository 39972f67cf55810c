import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const fileImportRequested = defineTopic(
  "file.import_requested",
  z.object({
    fileId: z.string(),
    kind: z.enum(["products", "stock"]).describe("products: new and changed products; stock: the stock of known ones, in bulk"),
    requestedBy: z.object({ name: pii(z.string()), email: pii(z.email()) }),
    uploadedAt: z.iso.datetime(),
  }),
  {
    description: "A CSV file was uploaded and is to be read in.",
    key: ({ fileId }) => fileId,
    index: ["fileId", "requestedBy.email"],
    example: {
      fileId: "file_stock_oct18",
      kind: "stock",
      requestedBy: { name: "Farah Qureshi", email: "farah.qureshi@example.in" },
      uploadedAt: "2025-10-18T06:45:12Z",
    },
  },
);
