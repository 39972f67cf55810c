import { defineSubscriber } from "../src/index.ts";
import { cashbackConfirmed } from "../topics/cashback-confirmed.ts";
import { cashbackConfirmedEmail } from "./_templates/cashback-confirmed-email.ts";
import { firstName, rupees } from "./_templates/format.ts";

export default defineSubscriber(cashbackConfirmed, {
  name: "cashback-confirmed",
  description: "Tells the user that cashback can be spent.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.user.email,
      template: cashbackConfirmedEmail,
      data: ({ data: { user, amount, merchant, balance, url } }) => ({
        name: firstName(user.name),
        amount: rupees(amount),
        merchant,
        balance: rupees(balance),
        url,
      }),
    }),
  ],
});
