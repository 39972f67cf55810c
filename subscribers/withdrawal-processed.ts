import { defineSubscriber } from "../src/index.ts";
import { withdrawalProcessed } from "../topics/withdrawal-processed.ts";
import { firstName, rupees, rupeesInSms } from "./_templates/format.ts";
import { withdrawalProcessedEmail } from "./_templates/withdrawal-processed-email.ts";
import { withdrawalProcessedPush } from "./_templates/withdrawal-processed-push.ts";
import { withdrawalProcessedSms } from "./_templates/withdrawal-processed-sms.ts";

export default defineSubscriber(withdrawalProcessed, {
  name: "withdrawal-processed",
  description: "Tells the user that the money was paid out, with the bank's reference.",
  priority: "high",
  deliver: ({ email, sms, push }) => [
    email({
      to: ({ data }) => data.user.email,
      template: withdrawalProcessedEmail,
      data: ({ data: { user, amount, method, account, reference, balance, url } }) => ({
        name: firstName(user.name),
        amount: rupees(amount),
        upi: method === "upi",
        account,
        reference,
        balance: rupees(balance),
        url,
      }),
    }),
    sms({
      to: ({ data }) => data.user.phone,
      template: withdrawalProcessedSms,
      data: ({ data: { amount, method, reference } }) => ({ amount: rupeesInSms(amount), upi: method === "upi", reference }),
    }),
    push({
      to: ({ data }) => data.user.device,
      template: withdrawalProcessedPush,
      data: ({ data: { amount, account, reference, url } }) => ({ amount: rupees(amount), account, reference, url }),
    }),
  ],
});
