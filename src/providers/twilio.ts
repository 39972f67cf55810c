import type { SmsMessage } from "../define/message.ts";
import type { Provider } from "./provider.ts";
import { twilioAccountProblems } from "./twilio-account.ts";
import { twilioMessages, type TwilioOptions } from "./twilio-messages.ts";

/**
 * SMS by Twilio, through its own SDK.
 * @throws BusbarError `INVALID_CONFIGURATION` with everything wrong with the account, the base URL or the outcomes
 */
export function twilioProvider(options: TwilioOptions): Provider<SmsMessage> {
  const { name = "twilio", from, messagingServiceSid } = options;
  const messages = twilioMessages(options, twilioAccountProblems(options));
  const sender = messagingServiceSid === undefined ? { from: from! } : { messagingServiceSid };
  return {
    name,
    send: ({ to, text }, attempt) => messages.create({ to, body: text, ...sender }, attempt),
    async close() {
      messages.close();
    },
  };
}
