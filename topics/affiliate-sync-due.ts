import * as z from "zod";
import { defineTopic } from "../src/index.ts";

export const affiliateSyncDue = defineTopic("affiliate.sync_due", z.object({ network: z.string() }), {
  description: "It is time to ask an affiliate network which purchases its merchants have confirmed.",
  key: ({ network }) => network,
  example: { network: "saathi" },
});
