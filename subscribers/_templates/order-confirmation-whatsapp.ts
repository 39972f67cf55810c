import * as z from "zod";
import { whatsappTemplate } from "../../src/index.ts";

export const orderConfirmationWhatsapp = whatsappTemplate({
  name: "order-confirmation",
  approvedAs: "order_confirmation",
  data: z.object({ name: z.string(), orderId: z.string(), total: z.string(), url: z.url() }),
  body: `Hello {{name}}, thank you for your order {{orderId}} of {{total}}. We tell you when it is on its way.

You can see it here: {{url}}

Questions? Just reply to this message.`,
  example: { name: "Asha", orderId: "KR-48213", total: "₹2,398", url: "https://shop.example.in/orders/KR-48213" },
});
