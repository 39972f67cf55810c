import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

/** A key of each user: what it seals in the log is erased with the user. */
const subject = "user.id";

export const withdrawalRejected = defineTopic(
  "withdrawal.rejected",
  z.object({
    withdrawalId: z.string(),
    amount: z.number().positive().describe("what went back into the wallet"),
    reason: z.string().describe("a short phrase for the user, without a full stop"),
    balance: z.number().nonnegative().describe("what the wallet holds now"),
    user: z.object({
      id: z.string(),
      name: pii(z.string(), { subject }),
      email: pii(z.email(), { subject }),
      phone: pii(z.e164(), { subject }).optional(),
    }),
    url: z.url(),
    rejectedAt: z.iso.datetime(),
  }),
  {
    description: "A withdrawal was rejected, and the money is back in the wallet. Amounts are in rupees.",
    key: ({ user }) => user.id,
    index: ["withdrawalId", "user.id", "user.email"],
    example: {
      withdrawalId: "WD-90298",
      amount: 2_000,
      reason: "the bank account is in another name",
      balance: 2_340,
      user: { id: "usr_2103", name: "Imran Sheikh", email: "imran.sheikh@example.in", phone: "+919811554477" },
      url: "https://wallet.example.in/withdrawals/WD-90298",
      rejectedAt: "2025-10-18T09:22:47Z",
    },
  },
);
