import { defineSubscriber, type EventOf } from "../src/index.ts";
import { otpRequested } from "../topics/otp-requested.ts";
import { otpSms } from "./_templates/otp-sms.ts";
import { otpWhatsapp } from "./_templates/otp-whatsapp.ts";

const words = ({ data: { code, purpose } }: EventOf<typeof otpRequested>) => ({
  code,
  purpose: purpose === "login" ? "logging in to Wapas" : "a payment with Wapas",
});

export default defineSubscriber(otpRequested, {
  name: "otp",
  // What it says opens an account: nobody may read it later, and none comes late or twice.
  replay: "never",
  description:
    "Sends a one-time code, and by WhatsApp where its SMS does not arrive. One that comes too late is dropped: it would only confuse.",
  priority: "critical",
  expiresIn: "5m",
  deliver: ({ sms, whatsapp, firstOf }) => [
    firstOf(
      sms({ to: ({ data }) => data.user.phone, template: otpSms, data: words }),
      whatsapp({ to: ({ data }) => data.user.phone, template: otpWhatsapp, data: words }),
      { within: "45s" },
    ),
  ],
});
