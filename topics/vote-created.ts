import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const voteCreated = defineTopic(
  "vote.created",
  z.object({
    voteId: z.string(),
    model: z.object({ id: z.string(), name: z.string(), votes: z.int().positive(), rank: z.int().positive(), url: z.url() }),
    voter: z.object({ id: z.string(), name: pii(z.string()), email: pii(z.email()) }),
    votedAt: z.iso.datetime(),
  }),
  {
    description: "A user voted for a model.",
    key: (vote) => vote.model.id,
    index: ["voteId", "model.id", "voter.id", "voter.email"],
    example: {
      voteId: "vote_7Q2MZK",
      model: { id: "mdl_meera", name: "Meera Nair", votes: 12_408, rank: 7, url: "https://vote.example.in/models/meera-nair" },
      voter: { id: "usr_1042", name: "Rohan Kulkarni", email: "rohan.kulkarni@example.in" },
      votedAt: "2025-10-18T14:32:07Z",
    },
  },
);
