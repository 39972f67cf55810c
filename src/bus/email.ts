import { type Clock, systemClock } from "../base/clock.ts";
import { BusbarError } from "../base/errors.ts";
import type { Channel } from "../channels/channel.ts";
import { emailChannel } from "../channels/email.ts";
import type { EmailMessage } from "../define/message.ts";
import { type Provider, sendgridProvider, smtpProvider } from "../providers/index.ts";
import type { Settings } from "./options.ts";

/**
 * The email channel with its two chains: the real providers that have keys, and the same adapters pointed at the mailroom. Text where
 * real sending is on and no provider has keys: what to do about it.
 */
export function emailChannelOf({ email, channels, send }: Settings, clock: Clock = systemClock): Channel<EmailMessage> | string {
  if (email === undefined)
    throw new BusbarError("INVALID_CONFIGURATION", "The channel email is not configured: give createBus channels.email.");
  const { concurrency } = channels.email;
  const { sendgrid, smtp, providers } = email.options;
  const live: Provider<EmailMessage>[] = providers ? [...providers] : [];
  if (providers === undefined) {
    if (sendgrid !== undefined) live.push(sendgridProvider({ clock, ...sendgrid }));
    if (smtp !== undefined) live.push(smtpProvider({ connections: concurrency, ...smtp }));
  }
  if (send.live && live.length === 0)
    return "Real sending is on (BUSBAR_SEND=live), but no e-mail provider has keys. Set SENDGRID_API_KEY or SMTP_URL, or switch the channel off with EMAIL_ENABLED=false.";
  const { url, timeout = "10s" } = send.mailroom;
  const mailroom = [
    sendgridProvider({ apiKey: "SG.mailroom", baseUrl: url, timeout, name: "sendgrid (mailroom)", clock }),
    smtpProvider({ ...send.mailroom.smtp, timeout, connections: concurrency, name: "smtp (mailroom)" }),
  ];
  return emailChannel({ from: email.from, live, mailroom, mode: { send: send.live ? "live" : "mailroom", allowList: send.allow } });
}
