import * as z from "zod";
import { defineTopic } from "../src/index.ts";

export const modelProgressMilestone = defineTopic(
  "model.progress_milestone",
  z.object({
    model: z.object({ id: z.string(), name: z.string(), url: z.url() }),
    milestone: z.int().positive().describe("the number of votes that was reached"),
    votes: z.int().positive(),
    next: z.int().positive().optional().describe("the milestone after this one"),
    reachedAt: z.iso.datetime(),
  }),
  {
    description: "A model reached one of the round numbers of votes.",
    key: ({ model }) => model.id,
    index: ["model.id"],
    example: {
      model: { id: "mdl_meera", name: "Meera Nair", url: "https://vote.example.in/models/meera-nair" },
      milestone: 12_500,
      votes: 12_503,
      next: 15_000,
      reachedAt: "2025-10-18T16:02:51Z",
    },
  },
);
