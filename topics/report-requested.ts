import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

const aYear = 366 * 86_400_000;

export const reportRequested = defineTopic(
  "report.requested",
  z
    .object({
      reportId: z.string(),
      kind: z.enum(["sales", "refunds"]),
      from: z.iso.date(),
      to: z.iso.date().describe("the last day, included"),
      requestedBy: z.object({ name: pii(z.string()), email: pii(z.email()) }),
    })
    .refine(({ from, to }) => from <= to && Date.parse(to) - Date.parse(from) < aYear, {
      path: ["to"],
      error: "a report is about one day to a year: to must not be before from",
    }),
  {
    description: "Somebody asked for a report on a range of days.",
    key: ({ reportId }) => reportId,
    index: ["reportId", "requestedBy.email"],
    example: {
      reportId: "rep_0917",
      kind: "sales",
      from: "2025-10-01",
      to: "2025-10-17",
      requestedBy: { name: "Farah Qureshi", email: "farah.qureshi@example.in" },
    },
  },
);
