import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const orderPlaced = defineTopic(
  "order.placed",
  z.object({
    orderId: z.string(),
    items: z.array(z.object({ sku: z.string(), name: z.string(), quantity: z.int().positive(), price: z.number().nonnegative() })).min(1),
    shipping: z.number().nonnegative(),
    total: z.number().nonnegative(),
    paymentMethod: z.enum(["cod", "prepaid"]),
    customer: z.object({ name: pii(z.string()), email: pii(z.email()), phone: pii(z.e164()).optional() }),
    address: z.object({
      line1: pii(z.string()),
      line2: pii(z.string()).optional(),
      city: z.string(),
      state: z.string(),
      pincode: z.string(),
    }),
    url: z.url(),
    placedAt: z.iso.datetime(),
  }),
  {
    description: "Checkout is done, prepaid or cash on delivery. Amounts are in rupees; an item's price is for one piece.",
    key: (order) => order.orderId,
    index: ["orderId", "customer.email", "customer.phone", "items.sku"],
    example: {
      orderId: "KR-48213",
      items: [
        { sku: "TEA-ASM-500", name: "Assam second flush tea, 500 g", quantity: 2, price: 425 },
        { sku: "KUR-IND-M", name: "Indigo block-print kurta, M", quantity: 1, price: 1_499 },
      ],
      shipping: 49,
      total: 2_398,
      paymentMethod: "cod",
      customer: { name: "Asha Iyer", email: "asha.iyer@example.in", phone: "+919845012345" },
      address: { line1: "14, 3rd Cross, Malleshwaram", city: "Bengaluru", state: "Karnataka", pincode: "560003" },
      url: "https://shop.example.in/orders/KR-48213",
      placedAt: "2025-10-18T09:15:42Z",
    },
  },
);
