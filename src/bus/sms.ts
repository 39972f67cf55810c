import type { Channel } from "../channels/channel.ts";
import { smsChannel } from "../channels/sms.ts";
import type { SmsMessage } from "../define/message.ts";
import { msg91Provider, msg91TemplateProblems, type Provider, twilioProvider } from "../providers/index.ts";
import { breakersOf, type ChannelParts, clockOf } from "./channel-parts.ts";
import { mailroomTwilioAccount } from "./mailroom-accounts.ts";
import type { Settings, SmsService } from "./options.ts";

const both: readonly SmsService[] = ["twilio", "msg91"];

/** What sets each of them up. */
const keys: Readonly<Record<SmsService, string>> = {
  twilio: "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM.",
  msg91: "Set MSG91_AUTH_KEY and MSG91_TEMPLATES.",
};

/**
 * The SMS channel with its two chains: the real providers that have keys, and the same adapters pointed at the mailroom. Text where
 * real sending is on and no provider has keys: what to do about it.
 */
export function smsChannelOf(settings: Settings, parts: ChannelParts = {}): Channel<SmsMessage> | string {
  const { sms, send } = settings;
  const clock = clockOf(parts);
  const { twilio, msg91, order, providers, maxSegments, countries } = sms;
  const configured: Readonly<Record<SmsService, Provider<SmsMessage> | undefined>> = {
    twilio: twilio && twilioProvider({ clock, ...twilio }),
    msg91: msg91 && msg91Provider({ clock, ...msg91 }),
  };
  const used = order ?? both;
  const live = providers ?? used.flatMap((name) => configured[name] ?? []);
  const without = providers === undefined && order !== undefined ? order.filter((name) => configured[name] === undefined) : [];
  if (send.live && without.length > 0)
    return `Real sending is on (BUSBAR_SEND=live), and SMS_SERVICE names ${without.join(" and ")}, which is not set up. ${without.map((name) => keys[name]).join(" ")}`;
  if (send.live && live.length === 0)
    return "Real sending is on (BUSBAR_SEND=live), but no SMS provider has keys. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM, or switch the channel off with SMS_ENABLED=false.";
  const { url, timeout = "10s" } = send.mailroom;
  const { from = mailroomTwilioAccount.from } = twilio ?? {};
  const shared = { baseUrl: url, timeout, clock };
  const standIns: Readonly<Record<SmsService, () => Provider<SmsMessage>>> = {
    twilio: () => twilioProvider({ ...shared, ...mailroomTwilioAccount, from, name: "twilio (mailroom)" }),
    msg91: () =>
      msg91Provider({ ...shared, authKey: "mailroom", templates: msg91?.templates ?? {}, anyTemplate: true, name: "msg91 (mailroom)" }),
  };
  return smsChannel({
    live,
    mailroom: used.map((name) => standIns[name]()),
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    breakers: breakersOf("sms", settings, parts),
    // Where MSG91 alone sends, a template without an id there can never go.
    ...(send.live && msg91 !== undefined && live.length === 1 && live[0] === configured.msg91
      ? {
          templateProblems: (templates) =>
            msg91TemplateProblems(
              templates.map(({ name }) => name),
              { templates: msg91.templates, word: "MSG91_TEMPLATES" },
            ),
        }
      : {}),
    ...(maxSegments === undefined ? {} : { maxSegments }),
    ...(countries === undefined ? {} : { countries }),
  });
}
