import { defineSubscriber } from "../src/index.ts";
import { cashbackConfirmed } from "../topics/cashback-confirmed.ts";
import { cashbackCreditedSms } from "./_templates/cashback-credited-sms.ts";
import { rupeesInSms } from "./_templates/format.ts";

export default defineSubscriber(cashbackConfirmed, {
  name: "cashback-credited",
  description: "Texts those who gave a phone number that cashback is in their wallet.",
  filter: { user: { phone: [{ exists: true }] } },
  deliver: ({ sms }) => [
    sms({
      to: ({ data }) => data.user.phone,
      template: cashbackCreditedSms,
      data: ({ data: { amount, merchant, balance } }) => ({
        amount: rupeesInSms(amount),
        merchant,
        balance: rupeesInSms(balance),
      }),
    }),
  ],
});
