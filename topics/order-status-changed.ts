import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

const statuses = ["packed", "shipped", "out_for_delivery", "delivered", "cancelled", "returned"] as const;

const firstVersion = z.object({
  orderId: z.string(),
  status: z.enum(statuses),
  customer: z.object({
    name: pii(z.string()),
    email: pii(z.email()),
    device: pii(z.string()).optional().describe("the push token of the shop's app"),
  }),
  url: z.url(),
  changedAt: z.iso.datetime(),
});

/** Since version 2 an event names the parcel; events from before had none to name. */
export const orderStatusChanged = defineTopic("order.status_changed", firstVersion, {
  description: "An order went on: packed, shipped, delivered, cancelled, or sent back.",
  key: (order) => order.orderId,
}).evolve(
  firstVersion.extend({ parcel: z.object({ courier: z.string(), number: z.string() }).nullable() }),
  (order) => ({ ...order, parcel: null }),
  {
    index: ["orderId", "customer.email", "parcel.number"],
    example: {
      orderId: "KR-48213",
      status: "shipped",
      customer: { name: "Asha Iyer", email: "asha.iyer@example.in", device: "eK7b2mQxTz:APA91bE-asha-pixel-8" },
      url: "https://shop.example.in/orders/KR-48213",
      parcel: { courier: "Delhivery", number: "1490821003317" },
      changedAt: "2025-10-19T04:30:00Z",
    },
  },
);
