import { createHmac } from "node:crypto";
import { mailroomTwilioAccount } from "../bus/mailroom-accounts.ts";
import { mailroomCallbackKeys } from "../bus/callbacks/mailroom-callback-keys.ts";
import { type CallbackVendor, fieldsOf, type Saying, textIn, type Wording } from "./callback-vendor.ts";
import type { MailChannel, MailRecord } from "./record.ts";

/**
 * What a status is called, with the error code that usually goes with it.
 * Source: the statuses of Twilio's OpenAPI document of the API 2010-04-01, and its pages on error codes.
 */
const sms = {
  accepted: { word: "sent" },
  delivered: { word: "delivered" },
  bounced: { word: "undelivered", code: "30005" },
  failed: { word: "failed", code: "30008" },
  "opted out": { answer: "STOP" },
} satisfies Readonly<Record<string, Wording>>;
const whatsapp = {
  ...sms,
  read: { word: "read" },
  bounced: { word: "undelivered", code: "63024" },
  failed: { word: "failed", code: "63049" },
} satisfies Readonly<Record<string, Wording>>;

/** What Twilio tells of an answer that opts out or in, in the words that it knows by itself. */
const optOuts: Readonly<Record<string, string>> = {
  STOP: "STOP",
  STOPALL: "STOP",
  UNSUBSCRIBE: "STOP",
  CANCEL: "STOP",
  END: "STOP",
  QUIT: "STOP",
  START: "START",
  YES: "START",
  UNSTOP: "START",
  HELP: "HELP",
  INFO: "HELP",
};

/**
 * Twilio's status callbacks, to the address that the message names, and the messages that readers write, to the address of the number.
 * Both are forms, signed with HMAC-SHA1 over the address and the sorted fields.
 */
export const twilioCallbacks: CallbackVendor = {
  wordings: (channel) => (channel === "whatsapp" ? whatsapp : sms),
  words: ["accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed", "read", "canceled"],
  answers: true,
  frauds: ["forged", "altered"],
  path: "/twilio",
  address(message, { answer }) {
    const own = textIn(fieldsOf(message.request), "StatusCallback");
    if (own === undefined || answer === undefined || !URL.canParse(own)) return own;
    // What readers write comes to one address for all messages.
    const { origin, pathname } = new URL(own);
    return origin + pathname;
  },
  body: (message, saying) => ({
    contentType: "application/x-www-form-urlencoded; charset=UTF-8",
    text: new URLSearchParams(saying.answer === undefined ? statusForm(message, saying) : answerForm(message, saying)).toString(),
  }),
  headers: ({ url, text, saying, forged }) => ({
    "user-agent": "TwilioProxy/1.1",
    // Of the callback, and the same in each try.
    "i-twilio-idempotency-token": saying.id,
    "x-twilio-signature": twilioSignature(url, text, forged ? "forged" : mailroomCallbackKeys.twilio.authToken),
  }),
};

function statusForm(message: MailRecord, { word = "", code }: Saying): Record<string, string> {
  const { messageId = "" } = message;
  const { from, to, service } = partiesOf(message);
  return {
    ApiVersion: "2010-04-01",
    AccountSid: accountOf(message),
    MessageSid: messageId,
    SmsSid: messageId,
    MessageStatus: word,
    SmsStatus: word,
    From: from,
    To: to,
    ...service,
    ...(message.channel === "whatsapp" ? { ChannelPrefix: "whatsapp", ChannelToAddress: to.replace("whatsapp:", "") } : {}),
    ...(code === undefined ? {} : { ErrorCode: code }),
  };
}

function answerForm(message: MailRecord, { id, answer = "" }: Saying): Record<string, string> {
  const sid = `SM${id.padStart(32, "0")}`;
  const { from, to, service } = partiesOf(message);
  const optOut = optOuts[answer.trim().toUpperCase()];
  return {
    ApiVersion: "2010-04-01",
    AccountSid: accountOf(message),
    MessageSid: sid,
    SmsSid: sid,
    SmsMessageSid: sid,
    SmsStatus: "received",
    NumMedia: "0",
    NumSegments: "1",
    From: to,
    To: from,
    Body: answer,
    ...service,
    ...(optOut === undefined ? {} : { OptOutType: optOut }),
    ...(message.channel === "whatsapp" ? { WaId: to.replace("whatsapp:+", ""), ProfileName: "Mailroom" } : {}),
  };
}

/** A messaging service has chosen the number that sent. */
function partiesOf(message: MailRecord): { readonly from: string; readonly to: string; readonly service: Record<string, string> } {
  const form = fieldsOf(message.request);
  const service = textIn(form, "MessagingServiceSid");
  const chosen = spelt(message.channel, mailroomTwilioAccount.from);
  return {
    from: textIn(form, "From") ?? chosen,
    to: textIn(form, "To") ?? spelt(message.channel, message.to[0] ?? ""),
    service: service === undefined ? {} : { MessagingServiceSid: service },
  };
}

function spelt(channel: MailChannel, number: string): string {
  return channel === "whatsapp" ? `whatsapp:${number}` : number;
}

function accountOf({ account = mailroomTwilioAccount.accountSid }: MailRecord): string {
  return account;
}

/** Source: Twilio's page "Webhooks Security". */
function twilioSignature(url: string, form: string, authToken: string): string {
  const fields = [...new URLSearchParams(form)].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const text = url + fields.map(([name, value]) => name + value).join("");
  return createHmac("sha1", authToken).update(text).digest("base64");
}
