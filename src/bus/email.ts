import { BusbarError } from "../base/errors.ts";
import type { Channel } from "../channels/channel.ts";
import { emailChannel } from "../channels/email.ts";
import type { EmailMessage } from "../define/message.ts";
import { sendgridProvider, smtpProvider } from "../providers/index.ts";
import { breakersOf, type ChannelParts, clockOf } from "./channel-parts.ts";
import type { EmailService } from "./channels-options.ts";
import type { Settings } from "./options.ts";
import { readerLinksOf } from "./reader-links.ts";
import { chosenServices } from "./services.ts";

/**
 * The email channel with its two chains: the real providers that have keys, and the same adapters pointed at the mailroom. Text where
 * real sending is on and no provider has keys: what to do about it.
 */
export function emailChannelOf(settings: Settings, parts: ChannelParts = {}): Channel<EmailMessage> | string {
  const { email, channels, send } = settings;
  const clock = clockOf(parts);
  if (email === undefined)
    throw new BusbarError("INVALID_CONFIGURATION", "The channel email is not configured: give createBus channels.email.");
  const { concurrency } = channels.email;
  const { sendgrid, smtp, providers, order } = email.options;
  const { url, timeout = "10s" } = send.mailroom;
  const chosen = chosenServices<EmailService, EmailMessage>({
    services: {
      sendgrid: {
        live: sendgrid && sendgridProvider({ clock, ...sendgrid }),
        standIn: () =>
          sendgridProvider({
            apiKey: "SG.mailroom",
            baseUrl: url,
            timeout,
            outcomes: sendgrid?.outcomes,
            name: "sendgrid (mailroom)",
            clock,
          }),
        setUp: "Set SENDGRID_API_KEY.",
      },
      smtp: {
        live: smtp && smtpProvider({ connections: concurrency, ...smtp }),
        standIn: () =>
          smtpProvider({ ...send.mailroom.smtp, timeout, connections: concurrency, outcomes: smtp?.outcomes, name: "smtp (mailroom)" }),
        setUp: "Set SMTP_URL, or SMTP_HOST.",
      },
    },
    order,
    providers,
    send,
    variable: "EMAIL_SERVICE",
    advice: "no e-mail provider has keys. Set SENDGRID_API_KEY or SMTP_URL, or switch the channel off with EMAIL_ENABLED=false.",
  });
  if (typeof chosen === "string") return chosen;
  return emailChannel({
    ...chosen,
    from: email.from,
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    links: readerLinksOf(settings),
    breakers: breakersOf("email", settings, parts),
  });
}
