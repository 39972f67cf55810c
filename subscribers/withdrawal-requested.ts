import { defineSubscriber } from "../src/index.ts";
import { withdrawalRequested } from "../topics/withdrawal-requested.ts";
import { day, firstName, rupees } from "./_templates/format.ts";
import { withdrawalRequestedEmail } from "./_templates/withdrawal-requested-email.ts";

export default defineSubscriber(withdrawalRequested, {
  name: "withdrawal-requested",
  description: "Confirms that the request for money was received.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.user.email,
      template: withdrawalRequestedEmail,
      data: ({ data: { user, withdrawalId, amount, method, account, expectedBy, url } }) => ({
        name: firstName(user.name),
        withdrawalId,
        amount: rupees(amount),
        upi: method === "upi",
        account,
        expectedBy: day(expectedBy),
        url,
      }),
    }),
  ],
});
