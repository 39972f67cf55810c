import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const rewardEarned = defineTopic(
  "reward.earned",
  z.object({
    rewardId: z.string(),
    title: z.string(),
    reason: z.string().describe('what it was earned for, as it follows the word "for"'),
    code: z.string(),
    validUntil: z.iso.datetime(),
    user: z.object({ id: z.string(), name: pii(z.string()), email: pii(z.email()) }),
    url: z.url(),
    deliverAt: z.iso.datetime({ offset: true }).optional().describe("when the user may hear of it; at once where it is missing"),
    earnedAt: z.iso.datetime(),
  }),
  {
    description: "A user earned a reward, which may be handed over later.",
    key: ({ user }) => user.id,
    index: ["rewardId", "user.id", "user.email"],
    example: {
      rewardId: "rwd_5DK2",
      title: "₹250 bookshop voucher",
      reason: "50 votes in one week",
      code: "READ-7Q2M-250",
      validUntil: "2025-12-31T18:29:59Z",
      user: { id: "usr_1042", name: "Rohan Kulkarni", email: "rohan.kulkarni@example.in" },
      url: "https://vote.example.in/rewards/rwd_5DK2",
      deliverAt: "2025-10-19T09:00:00+05:30",
      earnedAt: "2025-10-18T18:41:10Z",
    },
  },
);
