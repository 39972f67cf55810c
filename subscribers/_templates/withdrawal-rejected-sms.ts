import * as z from "zod";
import { smsTemplate } from "../../src/index.ts";

export const withdrawalRejectedSms = smsTemplate({
  name: "withdrawal-rejected",
  data: z.object({ amount: z.string(), reason: z.string() }),
  text: "Wapas: your withdrawal of {{amount}} could not be paid: {{reason}}. The money is back in your wallet.",
  example: { amount: "Rs 2,000", reason: "the bank account is in another name" },
});
