import * as z from "zod";
import { pushTemplate } from "../../src/index.ts";

export const orderStatusPush = pushTemplate({
  name: "order-status",
  data: z.object({ orderId: z.string(), state: z.string(), message: z.string(), url: z.url() }),
  title: "Your order {{state}}",
  body: "{{orderId}}: {{message}}",
  link: "{{url}}",
  example: {
    orderId: "KR-48213",
    state: "is on its way",
    message: "It has left our warehouse.",
    url: "https://shop.example.in/orders/KR-48213",
  },
});
