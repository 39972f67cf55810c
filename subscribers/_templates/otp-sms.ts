import * as z from "zod";
import { smsTemplate } from "../../src/index.ts";

/** The minutes are those of the subscriber's `expiresIn`. */
export const otpSms = smsTemplate({
  name: "otp",
  data: z.object({ code: z.string(), purpose: z.string() }),
  text: "{{code}} is your code for {{purpose}}. Valid for 5 minutes. Do not share it.",
  example: { code: "482913", purpose: "logging in to Wapas" },
});
