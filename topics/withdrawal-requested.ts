import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

/** A key of each user: what it seals in the log is erased with the user. */
const subject = "user.id";

export const withdrawalRequested = defineTopic(
  "withdrawal.requested",
  z.object({
    withdrawalId: z.string(),
    amount: z.number().positive(),
    method: z.enum(["upi", "bank"]),
    account: z.string().describe("where it is to go, masked"),
    expectedBy: z.iso.date(),
    user: z.object({ id: z.string(), name: pii(z.string(), { subject }), email: pii(z.email(), { subject }) }),
    url: z.url(),
    requestedAt: z.iso.datetime(),
  }),
  {
    description: "A user asked for money from the wallet. Amounts are in rupees.",
    key: ({ user }) => user.id,
    index: ["withdrawalId", "user.id", "user.email"],
    example: {
      withdrawalId: "WD-90311",
      amount: 1_250,
      method: "upi",
      account: "kav•••@okhdfcbank",
      expectedBy: "2025-10-20",
      user: { id: "usr_2077", name: "Kavya Reddy", email: "kavya.reddy@example.in" },
      url: "https://wallet.example.in/withdrawals/WD-90311",
      requestedAt: "2025-10-18T10:59:31Z",
    },
  },
);
