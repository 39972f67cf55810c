import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mailroomCallbackKeys } from "../bus/callbacks/mailroom-callback-keys.ts";
import { type CallbackVendor, fieldsOf, type Saying } from "./callback-vendor.ts";
import { isRecipient } from "./recipient.ts";
import type { MailRecord } from "./record.ts";

type Fields = Readonly<Record<string, unknown>>;

const reader = { useragent: "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", ip: "127.0.0.1" };

/**
 * What each event says besides whom, when and of what.
 * Source: SendGrid's page "Event Webhook Reference", and the events of its OpenAPI document of webhooks v3.
 */
const events: Readonly<Record<string, (saying: Saying, mail: Fields) => Fields>> = {
  processed: () => ({ event: "processed" }),
  deferred: ({ reason = "400 try again later" }) => ({ event: "deferred", response: reason, attempt: "1" }),
  delivered: ({ reason = "250 OK" }) => ({ event: "delivered", response: reason, tls: 1 }),
  bounce: ({ code = "5.1.1", reason = `550 ${code} The email account that you tried to reach does not exist` }) => ({
    event: "bounce",
    type: "bounce",
    status: code,
    reason,
    bounce_classification: "Invalid Address",
  }),
  // An event bounce too, but one that says nothing against the address.
  blocked: ({ code = "5.7.1", reason = `550 ${code} The message was refused` }) => ({
    event: "bounce",
    type: "blocked",
    status: code,
    reason,
    bounce_classification: "Reputation",
  }),
  dropped: ({ code = "5.0.0", reason = "Bounced Address" }) => ({ event: "dropped", reason, status: code }),
  open: () => ({ event: "open", ...reader, sg_content_type: "html", sg_machine_open: false }),
  click: () => ({ event: "click", ...reader, url: "https://example.com/", url_offset: { index: 0, type: "html" } }),
  spamreport: () => ({ event: "spamreport" }),
  unsubscribe: () => ({ event: "unsubscribe" }),
  group_unsubscribe: (_, mail) => ({ event: "group_unsubscribe", ...reader, url: "https://example.com/", asm_group_id: groupOf(mail) }),
  group_resubscribe: (_, mail) => ({ event: "group_resubscribe", ...reader, url: "https://example.com/", asm_group_id: groupOf(mail) }),
};

/**
 * SendGrid's event webhook: a JSON array of events, one for each recipient, with the message's custom arguments beside the event's own
 * fields. Signed with ECDSA over the time and the raw body.
 */
export const sendgridCallbacks: CallbackVendor = {
  wordings: () => ({
    accepted: { word: "processed" },
    delivered: { word: "delivered" },
    read: { word: "open" },
    bounced: { word: "bounce" },
    failed: { word: "blocked" },
    "opted out": { word: "unsubscribe" },
  }),
  words: Object.keys(events),
  answers: false,
  frauds: ["forged", "altered", "replayed"],
  path: "/sendgrid",
  address: () => undefined,
  body: (message, saying) => ({
    contentType: "application/json",
    // With the line breaks that SendGrid has in it: they are signed as well.
    text: `[${message.to.map((email, index) => JSON.stringify(eventOf(message, saying, { email, index }))).join(",\r\n")}]\r\n`,
  }),
  headers: ({ text, now, forged }) => {
    const timestamp = String(Math.floor(now / 1_000));
    return {
      "user-agent": "SendGrid Event API",
      "x-twilio-email-event-webhook-signature": signature(
        timestamp + text,
        forged ? strangerKey() : mailroomCallbackKeys.sendgrid.privateKey,
      ),
      "x-twilio-email-event-webhook-timestamp": timestamp,
    };
  },
};

function eventOf(message: MailRecord, saying: Saying, { email, index }: { readonly email: string; readonly index: number }): Fields {
  const mail = fieldsOf(message.request);
  const { word = "", at, id } = saying;
  return {
    // Its own fields come last: no custom argument takes their place.
    ...customArgs(mail, email),
    ...categoryOf(mail),
    email,
    timestamp: Math.floor(at / 1_000),
    "smtp-id": `<${message.messageId}@geopod-ismtpd-0>`,
    ...events[word]!(saying, mail),
    sg_event_id: Buffer.from(`${id}${index}`).toString("base64url"),
    sg_message_id: `${message.messageId}.recvd-mailroom-1-${id.slice(0, 8).toUpperCase()}-${index}.0`,
  };
}

/** Those of the whole mail, and above them those of the recipient's own part of it. SendGrid gives all of them back as text. */
function customArgs({ personalizations, custom_args: common }: Fields, email: string): Fields {
  const people = Array.isArray(personalizations) ? personalizations.map(fieldsOf) : [];
  const isFor = ({ to, cc, bcc }: Fields): boolean =>
    [to, cc, bcc].flat().some((one) => isRecipient(email, String(fieldsOf(one)["email"])));
  const own = people.find(isFor)?.["custom_args"];
  return Object.fromEntries(Object.entries({ ...fieldsOf(common), ...fieldsOf(own) }).map(([name, value]) => [name, String(value)]));
}

/** One category comes as text, several as a list. */
function categoryOf({ categories }: Fields): Fields {
  if (!Array.isArray(categories) || categories.length === 0) return {};
  return { category: categories.length === 1 ? (categories[0] as unknown) : categories };
}

function groupOf(mail: Fields): number {
  const { group_id: group } = fieldsOf(mail["asm"]);
  return typeof group === "number" ? group : 1;
}

function signature(text: string, key: KeyObject): string {
  return sign("sha256", Buffer.from(text), key).toString("base64");
}

function strangerKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}
