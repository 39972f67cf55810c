import * as z from "zod";
import { smsTemplate } from "../../src/index.ts";

/** Without the account: the dots that mask it are not in the alphabet of SMS. */
export const withdrawalProcessedSms = smsTemplate({
  name: "withdrawal-processed",
  data: z.object({ amount: z.string(), upi: z.boolean(), reference: z.string() }),
  text: "Wapas: {{amount}} is paid to your {{#if upi}}UPI{{else}}bank account{{/if}}. Bank reference (UTR): {{reference}}.",
  example: { amount: "Rs 1,250", upi: true, reference: "529118204417" },
});
