import * as z from "zod";
import { smsTemplate } from "../../src/index.ts";

export const orderConfirmationSms = smsTemplate({
  name: "order-confirmation",
  data: z.object({ orderId: z.string(), total: z.string(), cod: z.boolean(), url: z.url() }),
  text: "Kirana & Co.: order {{orderId}} is confirmed. {{#if cod}}Keep {{total}} ready for the courier.{{else}}{{total}} paid.{{/if}} {{url}}",
  example: { orderId: "KR-48213", total: "Rs 2,398", cod: true, url: "https://shop.example.in/orders/KR-48213" },
});
