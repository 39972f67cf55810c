import { createHash } from "node:crypto";
import type { WhatsappMessage } from "../define/message.ts";
import type { Provider } from "./provider.ts";
import { contentOf, type TwilioWhatsappAccount, twilioWhatsappProblems, unknownContent } from "./twilio-contents.ts";
import { twilioMessages, type TwilioOptions } from "./twilio-messages.ts";

/** `from` is a number of the account in E.164, for WhatsApp has no names. */
export interface TwilioWhatsappOptions extends TwilioOptions, TwilioWhatsappAccount {
  /** A template that `contents` does not name is sent with a content SID that is made of its name, for the mailroom. Default: it is not sent. */
  readonly anyContent?: boolean | undefined;
}

/**
 * WhatsApp by Twilio, through its own SDK: approved contents alone, their variables numbered from 1.
 * @throws BusbarError `INVALID_CONFIGURATION` with everything wrong with the account, the contents, the base URL or the outcomes
 */
export function twilioWhatsappProvider(options: TwilioWhatsappOptions): Provider<WhatsappMessage> {
  const { name = "twilio", from, messagingServiceSid, contents = {}, anyContent = false } = options;
  const messages = twilioMessages(options, twilioWhatsappProblems(options));
  const sender = messagingServiceSid === undefined ? { from: `whatsapp:${from!}` } : { messagingServiceSid };
  return {
    name,
    async send({ to, template, parameters, text }, attempt) {
      const contentSid = contentOf(template, contents) ?? (anyContent ? inventedSid(template) : undefined);
      // Another provider of the channel may carry it.
      if (contentSid === undefined) return { kind: "retry", scope: "recipient", reason: unknownContent(template) };
      const variables = Object.fromEntries(parameters.map(({ value }, index) => [String(index + 1), value]));
      const content = { contentSid, ...(parameters.length === 0 ? {} : { contentVariables: JSON.stringify(variables) }) };
      return messages.create({ to: `whatsapp:${to}`, ...content, ...sender }, { ...attempt, preview: text });
    },
    async close() {
      messages.close();
    },
  };
}

/** Always the same for the same template. */
function inventedSid({ approvedAs, language }: WhatsappMessage["template"]): string {
  return `HX${createHash("sha256").update(`${approvedAs}/${language}`).digest("hex").slice(0, 32)}`;
}
