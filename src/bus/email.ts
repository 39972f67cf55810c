import { BusbarError } from "../base/errors.ts";
import type { Channel } from "../channels/channel.ts";
import { emailChannel } from "../channels/email.ts";
import type { EmailMessage } from "../define/message.ts";
import { type Provider, sendgridProvider, smtpProvider } from "../providers/index.ts";
import { breakersOf, type ChannelParts, clockOf } from "./channel-parts.ts";
import type { EmailService, Settings } from "./options.ts";

const both: readonly EmailService[] = ["sendgrid", "smtp"];

/** What sets each of them up. */
const keys: Readonly<Record<EmailService, string>> = { sendgrid: "Set SENDGRID_API_KEY.", smtp: "Set SMTP_URL, or SMTP_HOST." };

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
  const configured: Readonly<Record<EmailService, Provider<EmailMessage> | undefined>> = {
    sendgrid: sendgrid && sendgridProvider({ clock, ...sendgrid }),
    smtp: smtp && smtpProvider({ connections: concurrency, ...smtp }),
  };
  const used = order ?? both;
  const live = providers ?? used.flatMap((name) => configured[name] ?? []);
  const without = providers === undefined && order !== undefined ? order.filter((name) => configured[name] === undefined) : [];
  if (send.live && without.length > 0)
    return `Real sending is on (BUSBAR_SEND=live), and EMAIL_SERVICE names ${without.join(" and ")}, which is not set up. ${without.map((name) => keys[name]).join(" ")}`;
  if (send.live && live.length === 0)
    return "Real sending is on (BUSBAR_SEND=live), but no e-mail provider has keys. Set SENDGRID_API_KEY or SMTP_URL, or switch the channel off with EMAIL_ENABLED=false.";
  const { url, timeout = "10s" } = send.mailroom;
  const standIns: Readonly<Record<EmailService, () => Provider<EmailMessage>>> = {
    sendgrid: () => sendgridProvider({ apiKey: "SG.mailroom", baseUrl: url, timeout, name: "sendgrid (mailroom)", clock }),
    smtp: () => smtpProvider({ ...send.mailroom.smtp, timeout, connections: concurrency, name: "smtp (mailroom)" }),
  };
  const mailroom = used.map((name) => standIns[name]());
  return emailChannel({
    from: email.from,
    live,
    mailroom,
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    breakers: breakersOf("email", settings, parts),
  });
}
