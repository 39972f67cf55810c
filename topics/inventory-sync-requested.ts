import * as z from "zod";
import { defineTopic } from "../src/index.ts";

const shared = { syncId: z.string(), supplier: z.string() };

export const inventorySyncRequested = defineTopic(
  "inventory.sync_requested",
  z.discriminatedUnion("mode", [
    z.object({ ...shared, mode: z.literal("full") }),
    z.object({ ...shared, mode: z.literal("incremental"), since: z.iso.datetime() }),
  ]),
  {
    description: "The stock is to be brought in line with a supplier's system: all of it, or what changed since a time.",
    key: ({ supplier }) => supplier,
    example: { syncId: "sync_20251018", supplier: "nilgiri-traders", mode: "incremental", since: "2025-10-17T20:30:00Z" },
  },
);
