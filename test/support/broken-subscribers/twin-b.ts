import { defineSubscriber } from "../../../src/index.ts";
import { orderPlaced, receiptEmail } from "../line.ts";

export default defineSubscriber(orderPlaced, {
  name: "twin",
  deliver: ({ email }) => [
    email({ to: ({ data }) => data.email, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) }),
  ],
});
