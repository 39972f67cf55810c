import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const fileExportReady = defineTopic(
  "file.export_ready",
  z.object({
    exportId: z.string(),
    title: z.string(),
    rows: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    url: z.url(),
    validUntil: z.iso.datetime().describe("until when the link works"),
    requestedBy: z.object({ name: pii(z.string()), email: pii(z.email()) }),
  }),
  {
    description: "An export that somebody asked for can be fetched.",
    key: ({ exportId }) => exportId,
    index: ["exportId", "requestedBy.email"],
    example: {
      exportId: "exp_3302",
      title: "Products",
      rows: 240,
      bytes: 13_912,
      url: "https://shop.example.in/operations/files/exp_3302",
      validUntil: "2025-10-25T08:00:00Z",
      requestedBy: { name: "Farah Qureshi", email: "farah.qureshi@example.in" },
    },
  },
);
