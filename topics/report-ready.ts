import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const reportReady = defineTopic(
  "report.ready",
  z.object({
    reportId: z.string(),
    title: z.string(),
    rows: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    url: z.url(),
    validUntil: z.iso.datetime().describe("until when the link works"),
    requestedBy: z.object({ name: pii(z.string()), email: pii(z.email()) }),
  }),
  {
    description: "A report that somebody asked for can be fetched.",
    key: ({ reportId }) => reportId,
    index: ["reportId", "requestedBy.email"],
    example: {
      reportId: "rep_0917",
      title: "Sales, 1–17 October 2025",
      rows: 17,
      bytes: 412,
      url: "https://shop.example.in/operations/files/rep_0917",
      validUntil: "2025-10-25T08:00:00Z",
      requestedBy: { name: "Farah Qureshi", email: "farah.qureshi@example.in" },
    },
  },
);
