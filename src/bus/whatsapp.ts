import type { Channel } from "../channels/channel.ts";
import { whatsappChannel } from "../channels/whatsapp.ts";
import type { WhatsappMessage } from "../define/message.ts";
import { metaProvider, type Provider, twilioContentProblems, twilioWhatsappProvider } from "../providers/index.ts";
import { breakersOf, type ChannelParts, clockOf } from "./channel-parts.ts";
import { mailroomTwilioAccount } from "./mailroom-accounts.ts";
import type { Settings, WhatsappService } from "./options.ts";

const both: readonly WhatsappService[] = ["meta", "twilio"];

/** What sets each of them up. */
const keys: Readonly<Record<WhatsappService, string>> = {
  meta: "Set META_ACCESS_TOKEN and META_PHONE_NUMBER_ID.",
  twilio: "Set TWILIO_WHATSAPP_FROM and TWILIO_WHATSAPP_CONTENTS, and TWILIO_ACCOUNT_SID with its token.",
};

/**
 * The WhatsApp channel with its two chains: the real providers that have keys, and the same adapters pointed at the mailroom. Text where
 * real sending is on and no provider has keys: what to do about it.
 */
export function whatsappChannelOf(settings: Settings, parts: ChannelParts = {}): Channel<WhatsappMessage> | string {
  const { whatsapp, send } = settings;
  const clock = clockOf(parts);
  const { meta, twilio, order, providers } = whatsapp;
  const configured: Readonly<Record<WhatsappService, Provider<WhatsappMessage> | undefined>> = {
    meta: meta && metaProvider({ clock, ...meta }),
    twilio: twilio && twilioWhatsappProvider({ clock, ...twilio }),
  };
  const used = order ?? both;
  const live = providers ?? used.flatMap((name) => configured[name] ?? []);
  const without = providers === undefined && order !== undefined ? order.filter((name) => configured[name] === undefined) : [];
  if (send.live && without.length > 0)
    return `Real sending is on (BUSBAR_SEND=live), and WHATSAPP_SERVICE names ${without.join(" and ")}, which is not set up. ${without.map((name) => keys[name]).join(" ")}`;
  if (send.live && live.length === 0)
    return "Real sending is on (BUSBAR_SEND=live), but no WhatsApp provider has keys. Set META_ACCESS_TOKEN and META_PHONE_NUMBER_ID, or switch the channel off with WHATSAPP_ENABLED=false.";
  const { url, timeout = "10s" } = send.mailroom;
  const shared = { baseUrl: url, timeout, clock };
  const standIns: Readonly<Record<WhatsappService, () => Provider<WhatsappMessage>>> = {
    meta: () => metaProvider({ ...shared, accessToken: "mailroom", phoneNumberId: "100000000000000", name: "meta (mailroom)" }),
    twilio: () =>
      twilioWhatsappProvider({ ...shared, ...mailroomTwilioAccount, contents: {}, anyContent: true, name: "twilio (mailroom)" }),
  };
  return whatsappChannel({
    live,
    mailroom: used.map((name) => standIns[name]()),
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    breakers: breakersOf("whatsapp", settings, parts),
    // Where Twilio alone sends, a template without a content there can never go.
    ...(send.live && twilio !== undefined && live.length === 1 && live[0] === configured.twilio
      ? {
          templateProblems: (templates) =>
            twilioContentProblems(templates, { contents: twilio.contents, word: "TWILIO_WHATSAPP_CONTENTS" }),
        }
      : {}),
  });
}
