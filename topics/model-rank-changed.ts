import * as z from "zod";
import { defineTopic } from "../src/index.ts";

export const modelRankChanged = defineTopic(
  "model.rank_changed",
  z.object({
    model: z.object({ id: z.string(), name: z.string(), url: z.url() }),
    rank: z.int().positive(),
    before: z.int().positive().describe("the rank until now"),
    votes: z.int().nonnegative(),
    changedAt: z.iso.datetime(),
  }),
  {
    description: "A model moved up or down in the ranking. Number 1 is the best.",
    key: ({ model }) => model.id,
    index: ["model.id"],
    example: {
      model: { id: "mdl_meera", name: "Meera Nair", url: "https://vote.example.in/models/meera-nair" },
      rank: 6,
      before: 7,
      votes: 12_611,
      changedAt: "2025-10-18T17:20:33Z",
    },
  },
);
