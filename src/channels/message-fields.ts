import type { ChannelName } from "../define/channel-name.ts";
import type { EmailMessage, PushMessage, SmsMessage, WebhookMessage, WhatsappMessage } from "../define/message.ts";

/** What a reader sees of a message, by the names of its fields; without its address, and without what each try makes anew. A handler's has none. */
export type MessageFields = Readonly<Record<string, string>>;

const fieldsOf: Readonly<Record<ChannelName, (message: never) => MessageFields>> = {
  email: ({ subject, text, html }: EmailMessage) => ({ subject, text, html }),
  sms: ({ text }: SmsMessage) => ({ text }),
  whatsapp: ({ template: { approvedAs, language }, text }: WhatsappMessage) => ({ template: `${approvedAs} (${language})`, text }),
  push: ({ title, body, link }: PushMessage) => ({ title, body, ...(link === undefined ? {} : { link }) }),
  webhook: ({ body }: WebhookMessage) => ({ body }),
  handler: () => ({}),
};

/** Of a message that the channel rendered. Pure. */
export function messageFields(channel: ChannelName, message: unknown): MessageFields {
  return fieldsOf[channel](message as never);
}
