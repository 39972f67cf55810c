import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Duration } from "../../src/base/duration.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import type { Fault } from "../../src/mailroom/fault.ts";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import { type MailProvider, mailProviders } from "../../src/mailroom/record.ts";
import * as providers from "../../src/providers/index.ts";
import type { Provider } from "../../src/providers/provider.ts";

/** Every fault of every provider, as its adapter meets it: at the address that is named, and at no other. */
let room: Mailroom;
let browsers: readonly [string, string];
beforeAll(async () => {
  room = await startMailroom();
  const another = { ...room.subscription(), endpoint: "https://push.example.com/ravi" };
  browsers = [JSON.stringify({ ...another, endpoint: "https://push.example.com/asha" }), JSON.stringify(another)];
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
const vapid = providers.newVapidKeys();
const phones = ["+919845012345", "+919845099999"] as const;
const devices = ["device-asha", "device-ravi"] as const;
const account = { accountSid: `AC${"a".repeat(32)}`, authToken: "t", from: "+14155238886" };
const text = "Order A-1001 has left.";
const approved = { template: { approvedAs: "shipped", language: "en" }, parameters: [{ name: "name", value: "Asha" }], text };
const push = { title: "Shipped", body: text };

interface Way {
  readonly provider: MailProvider;
  /** Where a provider has several. */
  readonly way?: string;
  readonly adapter: (timeout: Duration) => Provider<never>;
  /** Whom the faults strike, and whom they do not. */
  readonly to: () => readonly [string, string];
  readonly message: (to: string) => object;
}

const mail = (to: string): object => ({ from: { address: "shop@example.in" }, to, subject: "Shipped", html: `<p>${text}</p>`, text });
const mailboxes = (): readonly [string, string] => ["asha@example.in", "ravi@example.in"];
const ways: readonly Way[] = [
  {
    provider: "sendgrid",
    adapter: (timeout) => providers.sendgridProvider({ apiKey: "SG.x", baseUrl: room.url, timeout }),
    to: mailboxes,
    message: mail,
  },
  {
    provider: "smtp",
    adapter: (timeout) => providers.smtpProvider({ ...room.smtp, timeout }),
    to: mailboxes,
    message: mail,
  },
  {
    provider: "twilio",
    way: "SMS",
    adapter: (timeout) => providers.twilioProvider({ ...account, baseUrl: room.url, timeout }),
    to: () => phones,
    message: (to) => ({ to, text, template: { name: "shipped", values: {} } }),
  },
  {
    provider: "twilio",
    way: "WhatsApp",
    adapter: (timeout) => providers.twilioWhatsappProvider({ ...account, contents: {}, anyContent: true, baseUrl: room.url, timeout }),
    to: () => phones,
    message: (to) => ({ to, ...approved }),
  },
  {
    provider: "msg91",
    way: "flow",
    adapter: (timeout) => providers.msg91Provider({ authKey: "4000AbC", templates: { shipped: "64f0" }, baseUrl: room.url, timeout }),
    to: () => phones,
    message: (to) => ({ to, text, template: { name: "shipped", values: { name: "Asha" } } }),
  },
  {
    provider: "msg91",
    way: "OTP",
    adapter: (timeout) =>
      providers.msg91Provider({ authKey: "4000AbC", templates: { login: { id: "64f1", otp: "code" } }, baseUrl: room.url, timeout }),
    to: () => phones,
    message: (to) => ({ to, text, template: { name: "login", values: { code: "482913" } } }),
  },
  {
    provider: "meta",
    adapter: (timeout) => providers.metaProvider({ accessToken: "EAAG", phoneNumberId: "106540352242922", baseUrl: room.url, timeout }),
    to: () => phones,
    message: (to) => ({ to, ...approved }),
  },
  {
    provider: "fcm",
    adapter: (timeout) => {
      const serviceAccount = { project_id: "shop-1", client_email: "sender@shop-1.iam.gserviceaccount.com", private_key: privateKey };
      return providers.fcmProvider({ serviceAccount, baseUrl: room.url, tokenUrl: `${room.url}/token`, timeout });
    },
    to: () => devices,
    message: (to) => ({ to, ...push }),
  },
  {
    provider: "expo",
    adapter: (timeout) => providers.expoProvider({ baseUrl: room.url, timeout }),
    to: () => ["ExponentPushToken[asha]", "ExponentPushToken[ravi]"],
    message: (to) => ({ to, ...push }),
  },
  {
    provider: "webpush",
    adapter: (timeout) =>
      providers.webPushProvider({ subject: "mailto:ops@example.in", ...vapid, mailroom: `${room.url}/webpush`, timeout }),
    to: () => browsers,
    message: (to) => ({ to, ...push }),
  },
  {
    provider: "webhook",
    adapter: (timeout) => providers.webhookProvider({ mailroom: `${room.url}/webhooks`, timeout }),
    to: () => ["https://ops.example.in/asha", "https://ops.example.in/ravi"],
    message: (to) => ({ to, body: '{"sku":"TEA"}', contentType: "application/json" }),
  },
];

/** What an address that a fault names meets, and one that it does not name. */
async function struck({ provider, adapter, to, message }: Way, fault: Fault): Promise<readonly [Outcome, Outcome]> {
  const [named, other] = to();
  room.fail(provider, { ...fault, to: named });
  const send = async (address: string, timeout: Duration): Promise<Outcome> => {
    const sender = adapter(timeout);
    const outcome = await sender.send(message(address) as never, { deliveryId: "d_1", signal: new AbortController().signal });
    await sender.close();
    return outcome;
  };
  // The other one first: a fault that struck whoever comes would strike this one.
  const spared = await send(other, "10s");
  return [await send(named, fault.hang === true ? "400ms" : "10s"), spared];
}

it("has every provider", () => {
  expect(new Set(ways.map(({ provider }) => provider))).toEqual(new Set(mailProviders));
});

describe.each(ways.map((each) => [`${each.provider} ${each.way ?? ""}`.trim(), each] as const))("a scripted fault of %s", (_, way) => {
  const smtp = way.provider === "smtp";

  it("429 is waited for, as long as it says", async () => {
    const [outcome, spared] = await struck(way, smtp ? { smtpCode: 451 } : { status: 429, retryAfter: "40s" });
    expect([outcome.kind, spared.kind]).toEqual(["retry", "sent"]);
    // SendGrid names the second of its reset; SMTP names no time.
    const { after = 0 } = outcome as { readonly after?: number };
    expect(after / 1_000).toBeCloseTo(smtp ? 0 : 40, -1);
    expect(room.inbox.list()).toHaveLength(1);
  });

  it("503 is tried again", async () => {
    const [outcome, spared] = await struck(way, smtp ? { smtpCode: 421 } : { status: 503 });
    expect([outcome.kind, spared.kind]).toEqual(["retry", "sent"]);
  });

  it("of no answer nobody knows, and nothing arrived", async () => {
    const [outcome, spared] = await struck(way, { hang: true });
    expect([outcome.kind, spared.kind]).toEqual(["unknown", "sent"]);
    expect(room.inbox.list()).toHaveLength(1);
  });

  it("of a lost answer nobody knows, and it arrived", async () => {
    const [outcome, spared] = await struck(way, { resetAfterAccept: true });
    expect([outcome.kind, spared.kind]).toEqual(["unknown", "sent"]);
    expect(room.inbox.list()).toHaveLength(2);
  });

  it.skipIf(way.provider === "sendgrid")("a hard bounce suppresses the address", async () => {
    const [outcome, spared] = await struck(way, { bounce: true });
    expect([outcome.kind, spared.kind]).toEqual(["suppress", "sent"]);
  });
});
