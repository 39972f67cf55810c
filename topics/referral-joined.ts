import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const referralJoined = defineTopic(
  "referral.joined",
  z.object({
    referralId: z.string(),
    referrer: z.object({ id: z.string(), name: pii(z.string()), email: pii(z.email()) }),
    friend: z.object({ name: pii(z.string()) }),
    friends: z.int().positive().describe("how many have joined so far, this one included"),
    url: z.url(),
    joinedAt: z.iso.datetime(),
  }),
  {
    description: "A friend whom a user had invited signed up.",
    key: ({ referrer }) => referrer.id,
    index: ["referralId", "referrer.id", "referrer.email"],
    example: {
      referralId: "ref_88120",
      referrer: { id: "usr_1042", name: "Rohan Kulkarni", email: "rohan.kulkarni@example.in" },
      friend: { name: "Ananya Deshpande" },
      friends: 9,
      url: "https://vote.example.in/invite",
      joinedAt: "2025-10-19T05:47:22Z",
    },
  },
);
