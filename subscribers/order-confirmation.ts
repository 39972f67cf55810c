import { defineSubscriber } from "../src/index.ts";
import { orderPlaced } from "../topics/order-placed.ts";
import { codConfirmationWhatsapp } from "./_templates/cod-confirmation-whatsapp.ts";
import { firstName, rupees, rupeesInSms } from "./_templates/format.ts";
import { orderConfirmationEmail } from "./_templates/order-confirmation-email.ts";
import { orderConfirmationSms } from "./_templates/order-confirmation-sms.ts";
import { orderConfirmationWhatsapp } from "./_templates/order-confirmation-whatsapp.ts";

export default defineSubscriber(orderPlaced, {
  name: "order-confirmation",
  description: "Confirms the order on every channel, and asks for a confirmation where it is paid on delivery.",
  priority: "high",
  deliver: ({ email, sms, whatsapp }) => [
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
    }),
    sms({
      to: ({ data }) => data.customer.phone,
      template: orderConfirmationSms,
      data: ({ data: { orderId, total, paymentMethod, url } }) => ({
        orderId,
        total: rupeesInSms(total),
        cod: paymentMethod === "cod",
        url,
      }),
    }),
    whatsapp({
      to: ({ data }) => data.customer.phone,
      template: orderConfirmationWhatsapp,
      data: ({ data: { customer, orderId, total, url } }) => ({ name: firstName(customer.name), orderId, total: rupees(total), url }),
    }),
    whatsapp({
      name: "cod-confirmation",
      when: ({ data }) => data.paymentMethod === "cod",
      to: ({ data }) => data.customer.phone,
      template: codConfirmationWhatsapp,
      data: ({ data: { customer, orderId, total, address } }) => ({
        name: firstName(customer.name),
        orderId,
        total: rupees(total),
        place: `${address.city} ${address.pincode}`,
      }),
    }),
  ],
});
