import { createHmac, randomInt } from "node:crypto";
import { mailroomCallbackKeys } from "../bus/callbacks/mailroom-callback-keys.ts";
import { type CallbackVendor, fieldsOf, type Saying, textIn } from "./callback-vendor.ts";
import { metaTitle } from "./meta-rules.ts";
import type { MailRecord } from "./record.ts";

/**
 * The webhook of Meta's WhatsApp Cloud API: statuses of messages, and what readers write. Signed with HMAC-SHA256 over the raw body. An
 * address has to give back a challenge before anything comes there.
 * Source: Meta's pages on the webhooks of the Cloud API.
 */
export const metaCallbacks: CallbackVendor = {
  wordings: () => ({
    accepted: { word: "sent" },
    delivered: { word: "delivered" },
    read: { word: "read" },
    bounced: { word: "failed", code: "131026" },
    failed: { word: "failed", code: "131000" },
    "opted out": { answer: "STOP" },
  }),
  words: ["sent", "delivered", "read", "failed"],
  answers: true,
  frauds: ["forged", "altered"],
  path: "/meta",
  address: () => undefined,
  body: (message, saying) => ({ contentType: "application/json", text: escaped(JSON.stringify(webhookOf(message, saying))) }),
  headers: ({ text, forged }) => ({
    "user-agent": "facebookexternalua",
    "x-hub-signature-256": `sha256=${createHmac("sha256", forged ? "forged" : mailroomCallbackKeys.meta.appSecret)
      .update(text)
      .digest("hex")}`,
  }),
  challenge(address) {
    const url = new URL(address);
    const answer = String(randomInt(1e9, 2e9));
    url.searchParams.set("hub.mode", "subscribe");
    url.searchParams.set("hub.challenge", answer);
    url.searchParams.set("hub.verify_token", mailroomCallbackKeys.meta.verifyToken);
    return { url: url.href, answer };
  },
};

function webhookOf(message: MailRecord, saying: Saying): object {
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15005550006", phone_number_id: message.from },
    ...(saying.answer === undefined ? { statuses: [statusOf(message, saying)] } : answerOf(message, saying)),
  };
  return { object: "whatsapp_business_account", entry: [{ id: "100000000000000", changes: [{ value, field: "messages" }] }] };
}

function statusOf(message: MailRecord, { at, word, code, reason }: Saying): object {
  const mark = textIn(fieldsOf(message.request), "biz_opaque_callback_data");
  const category = "utility";
  return {
    id: message.messageId,
    status: word,
    timestamp: secondsOf(at),
    recipient_id: waId(message),
    ...(mark === undefined ? {} : { biz_opaque_callback_data: mark }),
    ...(word === "failed"
      ? { errors: [errorOf(Number(code ?? 131_000), reason)] }
      : { pricing: { billable: true, pricing_model: "PMP", category, type: "regular" } }),
  };
}

function errorOf(code: number, reason: string | undefined): object {
  const title = metaTitle(code);
  return {
    code,
    title,
    message: title,
    error_data: { details: reason ?? title },
    href: "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
  };
}

function answerOf(message: MailRecord, { id, at, answer = "" }: Saying): object {
  const from = waId(message);
  const context = { from: "15005550006", id: message.messageId };
  return {
    contacts: [{ profile: { name: "Mailroom" }, wa_id: from }],
    messages: [
      { context, from, id: `wamid.${Buffer.from(id).toString("base64")}`, timestamp: secondsOf(at), text: { body: answer }, type: "text" },
    ],
  };
}

/** A number as WhatsApp names it: without its plus. */
function waId({ to }: MailRecord): string {
  return (to[0] ?? "").replace("+", "");
}

function secondsOf(at: number): string {
  return String(Math.floor(at / 1_000));
}

/** Meta writes what is not ASCII as escapes, and signs those. */
function escaped(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
