import type { Channel } from "../channels/channel.ts";
import { whatsappChannel } from "../channels/whatsapp.ts";
import type { WhatsappMessage } from "../define/message.ts";
import type { WhatsappTemplate } from "../define/whatsapp-template.ts";
import { metaProvider, twilioContentProblems, twilioWhatsappProvider } from "../providers/index.ts";
import { breakersOf, type ChannelParts, clockOf } from "./channel-parts.ts";
import { mailroomTwilioAccount } from "./mailroom-accounts.ts";
import type { WhatsappService } from "./channels-options.ts";
import type { Settings } from "./options.ts";
import { chosenServices } from "./services.ts";
import { mailroomStatusCallback, statusCallbackOf } from "./callbacks/status-callback.ts";

/**
 * The WhatsApp channel with its two chains: the real providers that have keys, and the same adapters pointed at the mailroom. Text where
 * real sending is on and no provider has keys: what to do about it.
 */
export function whatsappChannelOf(settings: Settings, parts: ChannelParts = {}): Channel<WhatsappMessage> | string {
  const { whatsapp, send } = settings;
  const clock = clockOf(parts);
  const { meta, twilio, order, providers } = whatsapp;
  const { url, timeout = "10s" } = send.mailroom;
  const shared = { baseUrl: url, timeout, clock };
  const ofTwilio = twilio && twilioWhatsappProvider({ clock, statusCallback: statusCallbackOf(settings), ...twilio });
  const chosen = chosenServices<WhatsappService, WhatsappMessage>({
    services: {
      meta: {
        live: meta && metaProvider({ clock, ...meta }),
        standIn: () =>
          metaProvider({
            ...shared,
            accessToken: "mailroom",
            phoneNumberId: "100000000000000",
            outcomes: meta?.outcomes,
            name: "meta (mailroom)",
          }),
        setUp: "Set META_ACCESS_TOKEN and META_PHONE_NUMBER_ID.",
      },
      twilio: {
        live: ofTwilio,
        standIn: () =>
          twilioWhatsappProvider({
            ...shared,
            ...mailroomTwilioAccount,
            statusCallback: mailroomStatusCallback(settings),
            contents: {},
            anyContent: true,
            outcomes: twilio?.outcomes,
            name: "twilio (mailroom)",
          }),
        setUp: "Set TWILIO_WHATSAPP_FROM and TWILIO_WHATSAPP_CONTENTS, and TWILIO_ACCOUNT_SID with its token.",
      },
    },
    order,
    providers,
    send,
    variable: "WHATSAPP_SERVICE",
    advice:
      "no WhatsApp provider has keys. Set META_ACCESS_TOKEN and META_PHONE_NUMBER_ID, or TWILIO_WHATSAPP_FROM and TWILIO_WHATSAPP_CONTENTS with a Twilio account; or switch the channel off with WHATSAPP_ENABLED=false.",
  });
  if (typeof chosen === "string") return chosen;
  // Where Twilio alone sends, a template without a content there can never go.
  const alone = send.live && chosen.live.length === 1 && chosen.live[0] === ofTwilio;
  const templateProblems = (all: readonly WhatsappTemplate[]): readonly string[] =>
    twilioContentProblems(all, { contents: twilio?.contents ?? {}, word: "TWILIO_WHATSAPP_CONTENTS" });
  return whatsappChannel({
    ...chosen,
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    breakers: breakersOf("whatsapp", settings, parts),
    ...(alone ? { templateProblems } : {}),
  });
}
