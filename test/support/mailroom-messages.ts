import type { Mailroom } from "../../src/mailroom/mailroom.ts";
import type { MailProvider, MailRecord } from "../../src/mailroom/record.ts";

/** An account of Twilio's. */
export const twilioAccount = `AC${"a".repeat(32)}`;

type Fields = Readonly<Record<string, unknown>>;
interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const json = { "content-type": "application/json" };

/** A right request of each vendor that tells later what became of it, with some fields of its own. */
const requests: Readonly<Partial<Record<MailProvider | "twilio-whatsapp", (fields: Fields) => Request>>> = {
  sendgrid: (fields) => ({
    path: "/v3/mail/send",
    headers: { ...json, authorization: "Bearer SG.test" },
    body: JSON.stringify({
      personalizations: [{ to: [{ email: "asha@example.in" }], custom_args: { busbar: "d_1.abc" } }],
      from: { email: "shop@example.in" },
      subject: "Thank you",
      content: [{ type: "text/plain", value: "Thank you" }],
      ...fields,
    }),
  }),
  twilio: (fields) => twilioRequest({ To: "+919845012345", From: "+15005550006", Body: "482913 is your code", ...fields }),
  "twilio-whatsapp": (fields) =>
    twilioRequest({ To: "whatsapp:+919845012345", From: "whatsapp:+15005550006", ContentSid: `HX${"b".repeat(32)}`, ...fields }),
  meta: (fields) => ({
    path: "/v23.0/106540352242922/messages",
    headers: { ...json, authorization: "Bearer token" },
    body: JSON.stringify({
      messaging_product: "whatsapp",
      to: "+919845012345",
      type: "template",
      template: { name: "thanks", language: { code: "en" } },
      ...fields,
    }),
  }),
  msg91: (fields) => ({
    path: "/api/v5/flow",
    headers: { ...json, authkey: "key" },
    body: JSON.stringify({ template_id: "t1", recipients: [{ mobiles: "919845012345" }], ...fields }),
  }),
  expo: (fields) => ({
    path: "/--/api/v2/push/send",
    headers: json,
    body: JSON.stringify({ to: "ExponentPushToken[abc]", title: "Thank you", ...fields }),
  }),
};

function twilioRequest(fields: Fields): Request {
  return {
    path: `/2010-04-01/Accounts/${twilioAccount}/Messages.json`,
    headers: {
      authorization: `Basic ${Buffer.from(`${twilioAccount}:secret`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams(fields as Record<string, string>).toString(),
  };
}

/** Sends a right request to a mailroom, and gives the message that came of it. */
export async function messageBy(room: Mailroom, vendor: keyof typeof requests, fields: Fields = {}): Promise<MailRecord> {
  const { path, ...init } = requests[vendor]!(fields);
  const { ok, status } = await fetch(room.url + path, { method: "POST", ...init });
  if (!ok) throw new Error(`${vendor} answered ${status}`);
  return room.inbox.get(room.inbox.list({ limit: 1 })[0]!.id)!;
}
