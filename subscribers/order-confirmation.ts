import { defineSubscriber } from "../src/index.ts";
import { orderPlaced } from "../topics/order-placed.ts";
import { firstName, rupees } from "./_templates/format.ts";
import { orderConfirmationEmail } from "./_templates/order-confirmation-email.ts";

export default defineSubscriber(orderPlaced, {
  name: "order-confirmation",
  description: "Confirms the order with its items, the amount and where it goes.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.customer.email,
      template: orderConfirmationEmail,
      data: ({ data: { customer, items, address, ...order } }) => ({
        name: firstName(customer.name),
        orderId: order.orderId,
        items: items.map(({ name, quantity, price }) => ({ name, quantity, amount: rupees(price * quantity) })),
        shipping: order.shipping === 0 ? "Free" : rupees(order.shipping),
        total: rupees(order.total),
        cod: order.paymentMethod === "cod",
        addressLines: [customer.name, address.line1, address.line2, `${address.city} ${address.pincode}`, address.state].filter(
          (line) => line !== undefined,
        ),
        url: order.url,
      }),
      priority: "high",
    }),
  ],
});
