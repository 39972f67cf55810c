import { defineSubscriber } from "../src/index.ts";
import { otpRequested } from "../topics/otp-requested.ts";
import { otpSms } from "./_templates/otp-sms.ts";

export default defineSubscriber(otpRequested, {
  name: "otp",
  description: "Sends a one-time code. One that comes too late is dropped: it would only confuse.",
  deliver: ({ sms }) => [
    sms({
      to: ({ data }) => data.user.phone,
      template: otpSms,
      data: ({ data: { code, purpose } }) => ({ code, purpose: purpose === "login" ? "logging in to Wapas" : "a payment with Wapas" }),
      priority: "critical",
      expiresIn: "5m",
    }),
  ],
});
