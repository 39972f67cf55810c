import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const orderRefunded = defineTopic(
  "order.refunded",
  z.object({
    refundId: z.string(),
    orderId: z.string(),
    amount: z.number().positive(),
    reason: z.string(),
    account: z.string().describe("where it goes, masked"),
    expectedBy: z.iso.date(),
    customer: z.object({ name: pii(z.string()), email: pii(z.email()), phone: pii(z.e164()).optional() }),
    url: z.url(),
    refundedAt: z.iso.datetime(),
  }),
  {
    description: "A refund was made. Amounts are in rupees.",
    key: ({ orderId }) => orderId,
    index: ["orderId", "refundId", "customer.email", "customer.phone"],
    example: {
      refundId: "RF-2207",
      orderId: "KR-48213",
      amount: 1_499,
      reason: "Indigo block-print kurta, M (returned)",
      account: "UPI ash•••@okicici",
      expectedBy: "2025-10-29",
      customer: { name: "Asha Iyer", email: "asha.iyer@example.in", phone: "+919845012345" },
      url: "https://shop.example.in/orders/KR-48213",
      refundedAt: "2025-10-24T07:12:55Z",
    },
  },
);
