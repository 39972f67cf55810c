import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const referralMilestone = defineTopic(
  "referral.milestone",
  z.object({
    referrer: z.object({ id: z.string(), name: pii(z.string()), email: pii(z.email()) }),
    tier: z.string(),
    friends: z.int().positive().describe("how many have joined"),
    reward: z.string(),
    next: z.object({ tier: z.string(), friends: z.int().positive() }).optional(),
    url: z.url(),
    reachedAt: z.iso.datetime(),
  }),
  {
    description: "So many friends of a user joined that a referral tier is reached.",
    key: ({ referrer }) => referrer.id,
    index: ["referrer.id", "referrer.email"],
    example: {
      referrer: { id: "usr_1042", name: "Rohan Kulkarni", email: "rohan.kulkarni@example.in" },
      tier: "Silver",
      friends: 10,
      reward: "two seats at the semi-final",
      next: { tier: "Gold", friends: 25 },
      url: "https://vote.example.in/invite",
      reachedAt: "2025-10-19T12:15:09Z",
    },
  },
);
