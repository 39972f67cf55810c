import { defineSubscriber } from "../src/index.ts";
import { orderRefunded } from "../topics/order-refunded.ts";
import { day, firstName, rupees, rupeesInSms, shortDay } from "./_templates/format.ts";
import { refundConfirmationEmail } from "./_templates/refund-confirmation-email.ts";
import { refundConfirmationSms } from "./_templates/refund-confirmation-sms.ts";

export default defineSubscriber(orderRefunded, {
  name: "refund-confirmation",
  description: "Confirms the refund: how much, where to, and until when.",
  priority: "normal",
  deliver: ({ email, sms }) => [
    email({
      to: ({ data }) => data.customer.email,
      template: refundConfirmationEmail,
      data: ({ data: { customer, orderId, amount, reason, account, expectedBy, url } }) => ({
        name: firstName(customer.name),
        orderId,
        amount: rupees(amount),
        reason,
        account,
        expectedBy: day(expectedBy),
        url,
      }),
    }),
    sms({
      to: ({ data }) => data.customer.phone,
      template: refundConfirmationSms,
      data: ({ data: { orderId, amount, expectedBy } }) => ({
        orderId,
        amount: rupeesInSms(amount),
        expectedBy: shortDay(expectedBy),
      }),
    }),
  ],
});
