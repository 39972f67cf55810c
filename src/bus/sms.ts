import type { Channel } from "../channels/channel.ts";
import { smsChannel } from "../channels/sms.ts";
import type { SmsMessage } from "../define/message.ts";
import { twilioProvider } from "../providers/index.ts";
import { type ChannelParts, clockOf } from "./channel-parts.ts";
import type { Settings } from "./options.ts";

/** An account that the mailroom takes, and the number that Twilio's test accounts send from. */
const mailroomAccount = { accountSid: `AC${"0".repeat(32)}`, authToken: "mailroom", from: "+15005550006" };

/**
 * The SMS channel with its two chains: the real providers that have keys, and the same adapter pointed at the mailroom. Text where
 * real sending is on and no provider has keys: what to do about it.
 */
export function smsChannelOf(settings: Settings, parts: ChannelParts = {}): Channel<SmsMessage> | string {
  const { sms, send } = settings;
  const clock = clockOf(parts);
  const { twilio, providers, maxSegments, countries } = sms;
  const live = providers ?? (twilio === undefined ? [] : [twilioProvider({ clock, ...twilio })]);
  if (send.live && live.length === 0)
    return "Real sending is on (BUSBAR_SEND=live), but no SMS provider has keys. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM, or switch the channel off with SMS_ENABLED=false.";
  const { url, timeout = "10s" } = send.mailroom;
  const { from = mailroomAccount.from } = twilio ?? {};
  return smsChannel({
    live,
    mailroom: [twilioProvider({ ...mailroomAccount, from, baseUrl: url, timeout, name: "twilio (mailroom)", clock })],
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    ...(maxSegments === undefined ? {} : { maxSegments }),
    ...(countries === undefined ? {} : { countries }),
  });
}
