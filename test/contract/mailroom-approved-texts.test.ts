import { describe, expect, it, onTestFinished } from "vitest";
import type { SmsMessage, WhatsappMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import { startMailroom } from "../../src/mailroom/mailroom.ts";
import { metaProvider, type Msg91Options, msg91Provider, type SendAttempt, twilioWhatsappProvider } from "../../src/providers/index.ts";

const attempt: SendAttempt = { deliveryId: "d_abc", signal: new AbortController().signal, insteadOf: "real" };
const sms: SmsMessage = {
  to: "+919845012345",
  text: "482913 is your code, चाय",
  template: { name: "otp (hi)", values: { code: "482913", minutes: "5" } },
};
const whatsapp: WhatsappMessage = {
  to: "+919845012345",
  template: { approvedAs: "cod_confirmation", language: "en_IN" },
  parameters: [{ name: "name", value: "Asha" }],
  text: "Asha, pay on delivery.",
};
const account = { accountSid: `AC${"0".repeat(32)}`, authToken: "mailroom", from: "+15005550006" };

interface Row {
  readonly provider: "msg91" | "meta" | "twilio";
  readonly channel: "sms" | "whatsapp";
  readonly to: string;
  readonly text: string;
  readonly send: (baseUrl: string) => Promise<Outcome>;
}

const closing = async (provider: { close(): Promise<void> }, sending: Promise<Outcome>): Promise<Outcome> => {
  const outcome = await sending;
  await provider.close();
  return outcome;
};
const bySms = (baseUrl: string, otp?: string): Promise<Outcome> => {
  const templates: Msg91Options["templates"] = otp === undefined ? {} : { "otp (hi)": { id: "65b2", otp } };
  const provider = msg91Provider({ authKey: "mailroom", templates, baseUrl, anyTemplate: true });
  return closing(provider, provider.send(sms, attempt));
};
const byMeta = (baseUrl: string): Promise<Outcome> => {
  const provider = metaProvider({ accessToken: "mailroom", phoneNumberId: "100000000000000", baseUrl });
  return closing(provider, provider.send(whatsapp, attempt));
};
const byTwilio = (baseUrl: string): Promise<Outcome> => {
  const provider = twilioWhatsappProvider({ ...account, contents: {}, anyContent: true, baseUrl });
  return closing(provider, provider.send(whatsapp, attempt));
};
const rows: readonly Row[] = [
  { provider: "msg91", channel: "sms", to: sms.to, text: sms.text, send: (baseUrl) => bySms(baseUrl) },
  { provider: "msg91", channel: "sms", to: sms.to, text: sms.text, send: (baseUrl) => bySms(baseUrl, "code") },
  { provider: "meta", channel: "whatsapp", to: whatsapp.to, text: whatsapp.text, send: byMeta },
  { provider: "twilio", channel: "whatsapp", to: whatsapp.to, text: whatsapp.text, send: byTwilio },
];

async function room() {
  const started = await startMailroom();
  onTestFinished(() => started.stop());
  return started;
}

describe("the mailroom takes what our adapters send", () => {
  it.each(rows)("$provider: as its reader will see it, with the delivery and the real provider", async ({ send, ...expected }) => {
    const { url, inbox } = await room();
    const outcome = await send(url);
    const [seen] = inbox.list().map(({ id }) => inbox.get(id)!);
    expect(outcome).toEqual({ kind: "sent", messageId: expect.stringMatching(/^(wamid\.|MM|SM|[0-9a-f]{24})/) as string });
    expect(seen).toMatchObject({
      provider: expected.provider,
      channel: expected.channel,
      to: [expected.to],
      text: expected.text,
      deliveryId: "d_abc",
      insteadOf: "real",
    });
  });

  it.each(rows)("$provider: an address that is dead is suppressed, in the vendor's own words", async ({ provider, send }) => {
    const { url, fail } = await room();
    fail(provider, { bounce: true });
    expect(await send(url)).toMatchObject({ kind: "suppress" });
  });

  it.each(rows)("$provider: a 503 is tried again, and of a lost answer nobody knows", async ({ provider, send }) => {
    const { url, fail } = await room();
    fail(provider, { status: 503 });
    expect(await send(url)).toMatchObject({ kind: "retry" });
    fail(provider, { resetAfterAccept: true });
    expect(await send(url)).toMatchObject({ kind: "unknown" });
  });
});
