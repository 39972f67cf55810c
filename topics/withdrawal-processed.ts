import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

/** A key of each user: what it seals in the log is erased with the user. */
const subject = "user.id";

export const withdrawalProcessed = defineTopic(
  "withdrawal.processed",
  z.object({
    withdrawalId: z.string(),
    amount: z.number().positive(),
    method: z.enum(["upi", "bank"]),
    account: z.string().describe("where it went, masked"),
    reference: z.string().describe("the bank's own number of the transfer (UTR)"),
    balance: z.number().nonnegative().describe("what is left in the wallet"),
    user: z.object({
      id: z.string(),
      name: pii(z.string(), { subject }),
      email: pii(z.email(), { subject }),
      phone: pii(z.e164(), { subject }).optional(),
      device: pii(z.string(), { subject }).optional().describe("the push token of the wallet's app"),
    }),
    url: z.url(),
    processedAt: z.iso.datetime(),
  }),
  {
    description: "A withdrawal was approved and paid. Amounts are in rupees.",
    key: (withdrawal) => withdrawal.user.id,
    index: ["withdrawalId", "reference", "user.id", "user.email"],
    example: {
      withdrawalId: "WD-90311",
      amount: 1_250,
      method: "upi",
      account: "kav•••@okhdfcbank",
      reference: "529118204417",
      balance: 318.5,
      user: {
        id: "usr_2077",
        name: "Kavya Reddy",
        email: "kavya.reddy@example.in",
        phone: "+919900112233",
        device: "fQ81sZpLwM:APA91bF-kavya-galaxy-s23",
      },
      url: "https://wallet.example.in/withdrawals/WD-90311",
      processedAt: "2025-10-18T11:04:19Z",
    },
  },
);
