import { defineSubscriber } from "../src/index.ts";
import { orderStatusChanged } from "../topics/order-status-changed.ts";
import { firstName } from "./_templates/format.ts";
import { orderStatusEmail } from "./_templates/order-status-email.ts";
import { orderStatusPush } from "./_templates/order-status-push.ts";
import { orderStatusWords } from "./_templates/order-status-words.ts";

export default defineSubscriber(orderStatusChanged, {
  name: "order-status",
  description: "Tells the customer what has become of the order, by e-mail and on their device. Packing is nobody's news.",
  filter: { status: [{ "anything-but": ["packed"] }] },
  deliver: ({ email, push }) => [
    email({
      to: ({ data }) => data.customer.email,
      template: orderStatusEmail,
      data: ({ data: { customer, orderId, status, parcel, url } }) => ({
        name: firstName(customer.name),
        orderId,
        ...orderStatusWords[status],
        parcel,
        url,
      }),
      priority: "normal",
    }),
    push({
      to: ({ data }) => data.customer.device,
      template: orderStatusPush,
      data: ({ data: { orderId, status, url } }) => ({ orderId, ...orderStatusWords[status], url }),
      priority: "normal",
    }),
  ],
});
