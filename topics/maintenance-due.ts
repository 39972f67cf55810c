import * as z from "zod";
import { defineTopic } from "../src/index.ts";

export const maintenanceDue = defineTopic(
  "maintenance.due",
  z.object({
    task: z.enum(["stock-check", "old-files", "old-deliveries"]),
    dueAt: z.iso.datetime(),
  }),
  {
    description: "It is time for one of the shop's nightly tasks.",
    key: ({ task }) => task,
    example: { task: "stock-check", dueAt: "2025-10-18T20:30:00Z" },
  },
);
