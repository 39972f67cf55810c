import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";
import { expoProvider } from "../../src/providers/expo.ts";
import { fcmProvider } from "../../src/providers/fcm.ts";
import { metaProvider } from "../../src/providers/meta.ts";
import { msg91Provider } from "../../src/providers/msg91.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { twilioWhatsappProvider } from "../../src/providers/twilio-whatsapp.ts";
import { webPushProvider } from "../../src/providers/web-push.ts";

/** Our adapters against the mailroom: what is sent is what is shown, whose it is, and what it means that an address bounces. */
let room: Mailroom;
let webPushKeys: { readonly publicKey: string; readonly privateKey: string };
beforeAll(async () => {
  room = await startMailroom();
  webPushKeys = (await import("web-push")).default.generateVAPIDKeys();
});
afterAll(() => room.stop());
beforeEach(() => {
  room.inbox.clear();
  room.faults.clear();
});

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2_048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const phone = "+919845012345";
const text = "नमस्ते Asha, order A-1001 has left.\n".repeat(110);
const whatsapp = {
  to: phone,
  template: { approvedAs: "order_shipped", language: "en_IN" },
  parameters: [
    { name: "name", value: "Asha" },
    { name: "order", value: "A-1001" },
  ],
  text,
};
const push = { title: "Shipped", body: "Order A-1001 नमस्ते", link: "https://shop.example.in/A-1001" };

interface Case {
  readonly name: string;
  readonly provider: () => Provider<never>;
  readonly message: () => { readonly to: string };
  readonly shown: Partial<MailRecord>;
}

const cases: readonly Case[] = [
  {
    name: "msg91",
    provider: () => msg91Provider({ authKey: "400000AbCdEf", templates: { "order-shipped": "64f0" }, baseUrl: room.url }),
    message: () => ({ to: phone, text, template: { name: "order-shipped", values: { name: "Asha" } } }),
    shown: { channel: "sms", to: [phone], text },
  },
  {
    name: "msg91",
    provider: () => msg91Provider({ authKey: "400000AbCdEf", templates: { login: { id: "64f1", otp: "code" } }, baseUrl: room.url }),
    message: () => ({ to: phone, text, template: { name: "login", values: { code: "482913" } } }),
    shown: { channel: "sms", to: [phone], text },
  },
  {
    name: "meta",
    provider: () => metaProvider({ accessToken: "EAAG", phoneNumberId: "106540352242922", baseUrl: room.url }),
    message: () => whatsapp,
    shown: { channel: "whatsapp", to: [phone], text },
  },
  {
    name: "twilio",
    provider: () =>
      twilioWhatsappProvider({
        accountSid: `AC${"a".repeat(32)}`,
        authToken: "t",
        from: "+14155238886",
        contents: {},
        anyContent: true,
        baseUrl: room.url,
      }),
    message: () => whatsapp,
    shown: { channel: "whatsapp", to: [phone], from: "+14155238886", text },
  },
  {
    name: "fcm",
    provider: () =>
      fcmProvider({
        serviceAccount: { project_id: "shop-1", client_email: "sender@shop-1.iam.gserviceaccount.com", private_key: privateKey },
        baseUrl: room.url,
        tokenUrl: `${room.url}/token`,
      }),
    message: () => ({ to: "device-1", ...push }),
    shown: { channel: "push", to: ["device-1"], subject: push.title, text: push.body },
  },
  {
    name: "expo",
    provider: () => expoProvider({ baseUrl: room.url }),
    message: () => ({ to: "ExponentPushToken[asha]", ...push }),
    shown: { channel: "push", to: ["ExponentPushToken[asha]"], subject: push.title, text: push.body },
  },
  {
    name: "webpush",
    provider: () => webPushProvider({ subject: "mailto:ops@example.in", ...webPushKeys, mailroom: `${room.url}/webpush` }),
    message: () => ({ to: JSON.stringify({ ...room.subscription(), endpoint: "https://push.example.com/asha" }), ...push }),
    shown: { channel: "push", to: ["https://push.example.com/asha"], subject: push.title, text: push.body },
  },
];

const attempt = { deliveryId: "d_abc", insteadOf: "the real one", signal: new AbortController().signal };

describe.each(cases)("$name: $shown.channel", ({ name, provider, message, shown }) => {
  it("shows what was sent, whose delivery it is and who would have got it", async () => {
    const adapter = provider();
    const outcome = await adapter.send(message() as never, attempt);
    await adapter.close();
    const records = room.inbox.list().map(({ id }) => room.inbox.get(id)!);
    expect(records).toMatchObject([{ provider: name, ...shown, deliveryId: "d_abc", insteadOf: "the real one" }]);
    expect(outcome).toMatchObject({ kind: "sent", ...(name === "webpush" ? {} : { messageId: records[0]!.messageId }) });
  });

  it("suppresses the one address that bounces", async () => {
    const adapter = provider();
    const dead = message();
    room.fail(name as never, { bounce: true, to: dead.to });
    expect(await adapter.send(dead as never, attempt)).toMatchObject({ kind: "suppress" });
    expect(await adapter.send(message() as never, attempt)).toMatchObject({ kind: "sent" });
    await adapter.close();
  });
});

it("a browser that is not the mailroom's: what is shown is what the sender says of it", async () => {
  const other = await startMailroom();
  const adapter = webPushProvider({ subject: "mailto:ops@example.in", ...webPushKeys, mailroom: `${room.url}/webpush` });
  await adapter.send({ to: JSON.stringify(other.subscription()), ...push }, attempt);
  await Promise.all([adapter.close(), other.stop()]);
  const [summary] = room.inbox.list();
  expect(room.inbox.get(summary!.id)).toMatchObject({ subject: push.title, text: `${push.body}\n${push.link}` });
});
