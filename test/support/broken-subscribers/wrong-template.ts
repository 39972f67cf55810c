import * as z from "zod";
import { defineSubscriber, emailTemplate } from "../../../src/index.ts";
import { orderPlaced } from "../line.ts";

const template = emailTemplate({
  name: "wrong",
  data: z.object({ orderId: z.string() }),
  subject: "Order {{orderNo}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{orderId}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "Order {{orderId}}",
});

export default defineSubscriber(orderPlaced, {
  name: "wrong-template",
  deliver: ({ email }) => [email({ to: ({ data }) => data.email, template, data: ({ data }) => ({ orderId: data.orderId }) })],
});
