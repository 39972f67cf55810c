import { defineSubscriber } from "../src/index.ts";
import { withdrawalProcessed } from "../topics/withdrawal-processed.ts";
import { firstName, rupees } from "./_templates/format.ts";
import { withdrawalProcessedEmail } from "./_templates/withdrawal-processed-email.ts";

export default defineSubscriber(withdrawalProcessed, {
  name: "withdrawal-processed",
  description: "Tells the user that the money was paid out, with the bank's reference.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.user.email,
      template: withdrawalProcessedEmail,
      data: ({ data }) => ({
        name: firstName(data.user.name),
        amount: rupees(data.amount),
        upi: data.method === "upi",
        account: data.account,
        reference: data.reference,
        balance: rupees(data.balance),
        url: data.url,
      }),
      priority: "high",
    }),
  ],
});
