import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

/** A key of each user: what it seals in the log is erased with the user. */
const subject = "user.id";

export const cashbackConfirmed = defineTopic(
  "cashback.confirmed",
  z.object({
    cashbackId: z.string(),
    amount: z.number().positive(),
    merchant: z.string(),
    balance: z.number().nonnegative().describe("what the wallet holds now"),
    user: z.object({
      id: z.string(),
      name: pii(z.string(), { subject }),
      email: pii(z.email(), { subject }),
      phone: pii(z.e164(), { subject }).optional(),
    }),
    url: z.url(),
    confirmedAt: z.iso.datetime(),
  }),
  {
    description: "A merchant confirmed a purchase: its cashback can be spent. Amounts are in rupees.",
    key: ({ user }) => user.id,
    index: ["cashbackId", "user.id", "user.email"],
    example: {
      cashbackId: "CB-61140",
      amount: 184.5,
      merchant: "Tarang Electronics",
      balance: 1_568.5,
      user: { id: "usr_2077", name: "Kavya Reddy", email: "kavya.reddy@example.in", phone: "+919900112233" },
      url: "https://wallet.example.in/",
      confirmedAt: "2025-10-17T13:40:26Z",
    },
  },
);
