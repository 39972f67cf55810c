import * as z from "zod";
import { smsTemplate } from "../../src/index.ts";

export const cashbackCreditedSms = smsTemplate({
  name: "cashback-credited",
  data: z.object({ amount: z.string(), merchant: z.string(), balance: z.string() }),
  text: "Wapas: {{amount}} cashback from {{merchant}} is in your wallet. Balance: {{balance}}.",
  example: { amount: "Rs 184.50", merchant: "Tarang Electronics", balance: "Rs 1,568.50" },
});
