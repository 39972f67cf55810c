import { defineSubscriber } from "../src/index.ts";
import { withdrawalRejected } from "../topics/withdrawal-rejected.ts";
import { firstName, rupees, rupeesInSms } from "./_templates/format.ts";
import { withdrawalRejectedEmail } from "./_templates/withdrawal-rejected-email.ts";
import { withdrawalRejectedSms } from "./_templates/withdrawal-rejected-sms.ts";

export default defineSubscriber(withdrawalRejected, {
  name: "withdrawal-rejected",
  description: "Tells the user why the money was not paid out, and that it is back in the wallet.",
  priority: "high",
  deliver: ({ email, sms }) => [
    email({
      to: ({ data }) => data.user.email,
      template: withdrawalRejectedEmail,
      data: ({ data: { user, amount, reason, balance, url } }) => ({
        name: firstName(user.name),
        amount: rupees(amount),
        reason,
        balance: rupees(balance),
        url,
      }),
    }),
    sms({
      to: ({ data }) => data.user.phone,
      template: withdrawalRejectedSms,
      data: ({ data: { amount, reason } }) => ({ amount: rupeesInSms(amount), reason }),
    }),
  ],
});
