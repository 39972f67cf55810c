import type { MailChannel, MailProvider, MailRecord } from "../mailroom/record.ts";

/** One message that a provider accepted. */
export interface TestMessage {
  readonly provider: MailProvider;
  readonly channel: MailChannel;
  readonly from: string;
  /** E-mail addresses; numbers in E.164; of a push, a device's token or a subscription's endpoint; the address of a webhook. */
  readonly to: readonly string[];
  /** Of an e-mail; of a push, its title. */
  readonly subject: string | undefined;
  /** The plain text part of an e-mail, the text of an SMS, WhatsApp message or push, the body of a webhook. */
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly deliveryId: string | undefined;
}

export function messageFrom({ provider, channel, from, to, subject, text, html, deliveryId }: MailRecord): TestMessage {
  return { provider, channel, from, to, subject, text, html, deliveryId };
}
