import { isRecipient } from "./recipient.ts";
import type { MailChannel, MailProvider, MailRecord } from "./record.ts";

/** Which messages are meant. Everything that is said must be so; what is left out does not matter. */
export interface MessageFilter {
  /** Stands in a recipient, the sender, the subject, the text or the delivery's id, in any case. */
  readonly search?: string | undefined;
  readonly channel?: MailChannel | undefined;
  readonly provider?: MailProvider | undefined;
  /** A recipient, or `@` and the domain of mailboxes. */
  readonly to?: string | undefined;
  /** The delivery that it belongs to. */
  readonly delivery?: string | undefined;
}

/** The test of a filter. Pure. */
export function messageTest({ search, channel, provider, to, delivery }: MessageFilter): (message: MailRecord) => boolean {
  const words = search?.trim().toLowerCase() ?? "";
  return (message) =>
    (channel === undefined || message.channel === channel) &&
    (provider === undefined || message.provider === provider) &&
    (delivery === undefined || message.deliveryId === delivery) &&
    (to === undefined || message.to.some((address) => isRecipient(to, address))) &&
    (words === "" || searched(message).some((text) => text?.toLowerCase().includes(words)));
}

function searched({ to, from, subject, text, deliveryId }: MailRecord): readonly (string | undefined)[] {
  return [...to, from, subject, text, deliveryId];
}
