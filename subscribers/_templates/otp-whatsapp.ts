import * as z from "zod";
import { whatsappTemplate } from "../../src/index.ts";

/** The minutes are those of the subscriber's `expiresIn`. */
export const otpWhatsapp = whatsappTemplate({
  name: "otp",
  approvedAs: "one_time_code",
  data: z.object({ code: z.string(), purpose: z.string() }),
  body: "Your code for {{purpose}} is {{code}}. It is valid for 5 minutes. Do not share it.",
  example: { code: "482913", purpose: "logging in to Wapas" },
});
