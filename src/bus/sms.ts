import type { Channel } from "../channels/channel.ts";
import { smsChannel } from "../channels/sms.ts";
import type { SmsMessage } from "../define/message.ts";
import type { SmsTemplate } from "../define/sms-template.ts";
import { msg91Provider, msg91TemplateProblems, twilioProvider } from "../providers/index.ts";
import { breakersOf, type ChannelParts, clockOf } from "./channel-parts.ts";
import { mailroomTwilioAccount } from "./mailroom-accounts.ts";
import type { SmsService } from "./channels-options.ts";
import type { Settings } from "./options.ts";
import { chosenServices } from "./services.ts";
import { mailroomStatusCallback, statusCallbackOf } from "./callbacks/status-callback.ts";

/**
 * The SMS channel with its two chains: the real providers that have keys, and the same adapters pointed at the mailroom. Text where
 * real sending is on and no provider has keys: what to do about it.
 */
export function smsChannelOf(settings: Settings, parts: ChannelParts = {}): Channel<SmsMessage> | string {
  const { sms, send } = settings;
  const clock = clockOf(parts);
  const { twilio, msg91, order, providers, maxSegments, countries, caps } = sms;
  const { url, timeout = "10s" } = send.mailroom;
  const { from = mailroomTwilioAccount.from } = twilio ?? {};
  const { templates = {} } = msg91 ?? {};
  const shared = { baseUrl: url, timeout, clock };
  const ofMsg91 = msg91 && msg91Provider({ clock, ...msg91 });
  const chosen = chosenServices<SmsService, SmsMessage>({
    services: {
      twilio: {
        live: twilio && twilioProvider({ clock, statusCallback: statusCallbackOf(settings), ...twilio }),
        standIn: () =>
          twilioProvider({
            ...shared,
            ...mailroomTwilioAccount,
            statusCallback: mailroomStatusCallback(settings),
            from,
            outcomes: twilio?.outcomes,
            name: "twilio (mailroom)",
          }),
        setUp: "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM.",
      },
      msg91: {
        live: ofMsg91,
        standIn: () =>
          msg91Provider({
            ...shared,
            authKey: "mailroom",
            templates,
            anyTemplate: true,
            outcomes: msg91?.outcomes,
            name: "msg91 (mailroom)",
          }),
        setUp: "Set MSG91_AUTH_KEY and MSG91_TEMPLATES.",
      },
    },
    order,
    providers,
    send,
    variable: "SMS_SERVICE",
    advice:
      "no SMS provider has keys. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM, or MSG91_AUTH_KEY and MSG91_TEMPLATES; or switch the channel off with SMS_ENABLED=false.",
  });
  if (typeof chosen === "string") return chosen;
  // Where MSG91 alone sends, a template without an id there can never go.
  const alone = send.live && chosen.live.length === 1 && chosen.live[0] === ofMsg91;
  const templateProblems = (all: readonly SmsTemplate[]): readonly string[] =>
    msg91TemplateProblems(
      all.map(({ name }) => name),
      { templates, word: "MSG91_TEMPLATES" },
    );
  return smsChannel({
    ...chosen,
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    breakers: breakersOf("sms", settings, parts),
    ...(alone ? { templateProblems } : {}),
    ...(maxSegments === undefined ? {} : { maxSegments }),
    ...(countries === undefined ? {} : { countries }),
    ...(caps === undefined ? {} : { caps: { words: caps, counts: parts.smsCounts, clock } }),
  });
}
