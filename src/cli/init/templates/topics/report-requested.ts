import { defineTopic } from "busbar";
import * as z from "zod";

export const reportRequested = defineTopic(
  "report.requested",
  z.object({ month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as "2026-03"') }),
  {
    description: "Somebody asked for the sales report of a month.",
    key: ({ month }) => month,
    example: { month: "2026-03" },
  },
);
