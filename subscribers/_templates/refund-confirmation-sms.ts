import * as z from "zod";
import { smsTemplate } from "../../src/index.ts";

export const refundConfirmationSms = smsTemplate({
  name: "refund-confirmation",
  data: z.object({ orderId: z.string(), amount: z.string(), expectedBy: z.string() }),
  text: "Kirana & Co.: we have refunded {{amount}} for order {{orderId}}. It reaches you by {{expectedBy}}.",
  example: { orderId: "KR-48213", amount: "Rs 1,499", expectedBy: "29 Oct" },
});
