import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const cashbackConfirmed = defineTopic(
  "cashback.confirmed",
  z.object({
    cashbackId: z.string(),
    amount: z.number().positive(),
    merchant: z.string(),
    balance: z.number().nonnegative().describe("what the wallet holds now"),
    user: z.object({ id: z.string(), name: pii(z.string()), email: pii(z.email()), phone: pii(z.e164()).optional() }),
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
