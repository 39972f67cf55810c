import type { ServerResponse } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { deliveryReference, parseReference } from "../../src/define/reference.ts";
import type { Notice } from "../../src/define/notice.ts";
import {
  type CallbackReader,
  metaCallbacks,
  metaProvider,
  type Provider,
  sendgridCallbacks,
  sendgridProvider,
  twilioCallbacks,
  twilioProvider,
  twilioWhatsappProvider,
} from "../../src/providers/index.ts";
import { webhookReceiver } from "../support/receiver.ts";
import { sendgridPair } from "../support/signed-callbacks.ts";

const delivery = { id: "d_abcdefghijklmnopqrstuvwxyz234567", event: { time: "2026-01-31T09:30:00.000Z" } };
const reference = deliveryReference(delivery as never);
const account = { accountSid: `AC${"a".repeat(32)}`, authToken: "token", from: "+14155550100" };
const statusCallback = "https://shop.example.com/callbacks/twilio";
const sid = `SM${"0".repeat(32)}`;
const whatsapp = { to: "+919845012345", template: { approvedAs: "cod", language: "en" }, parameters: [], text: "pay" };
const email = { from: { address: "shop@example.in" }, to: "asha@example.in", subject: "x", html: "x", text: "x" };

interface Case {
  readonly provider: (baseUrl: string) => Provider<never>;
  readonly message: object;
  readonly reader: CallbackReader;
  /** What the vendor calls back with, made of what it was sent. */
  readonly callback: (sent: string) => { readonly url: string; readonly body: string };
}

const form = (sent: string): URLSearchParams => new URLSearchParams(sent);
const twilioCallback: Case["callback"] = (sent) => {
  const { pathname, search } = new URL(form(sent).get("StatusCallback") ?? "");
  const told = { MessageSid: sid, MessageStatus: "delivered", To: form(sent).get("To") ?? "" };
  return { url: `${pathname}${search}`, body: new URLSearchParams(told).toString() };
};
const cases: Readonly<Record<string, Case>> = {
  sendgrid: {
    provider: (baseUrl) => sendgridProvider({ apiKey: "SG.x", baseUrl }) as Provider<never>,
    message: email,
    reader: sendgridCallbacks({ publicKey: sendgridPair().publicKey }),
    callback(sent) {
      const { personalizations, custom_args: own } = JSON.parse(sent) as {
        personalizations: { custom_args?: object }[];
        custom_args?: object;
      };
      // SendGrid lays the arguments flat beside its own fields.
      const event = { event: "delivered", email: email.to, ...own, ...personalizations[0]?.custom_args };
      return { url: "/callbacks/sendgrid", body: JSON.stringify([event]) };
    },
  },
  twilio: {
    provider: (baseUrl) => twilioProvider({ ...account, baseUrl, statusCallback }) as Provider<never>,
    message: { to: "+919845012345", text: "pay" },
    reader: twilioCallbacks({ authTokens: ["token"] }),
    callback: twilioCallback,
  },
  "twilio, by WhatsApp": {
    provider: (baseUrl) =>
      twilioWhatsappProvider({ ...account, baseUrl, statusCallback, contents: { cod: `HX${"a".repeat(32)}` } }) as Provider<never>,
    message: whatsapp,
    reader: twilioCallbacks({ authTokens: ["token"] }),
    callback: twilioCallback,
  },
  meta: {
    provider: (baseUrl) => metaProvider({ accessToken: "token", phoneNumberId: "1", baseUrl }) as Provider<never>,
    message: whatsapp,
    reader: metaCallbacks({ appSecret: "secret", verifyToken: "token" }),
    callback(sent) {
      const { biz_opaque_callback_data } = JSON.parse(sent) as { biz_opaque_callback_data?: string };
      const value = { statuses: [{ id: "wamid.A", status: "delivered", biz_opaque_callback_data }] };
      return { url: "/callbacks/meta", body: JSON.stringify({ entry: [{ changes: [{ value }] }] }) };
    },
  },
};

/** What any of them answers to a message that it takes. */
function answer(response: ServerResponse): void {
  response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ sid, messages: [{ id: "wamid.A" }] }));
}

it.each(Object.entries(cases))(
  "B3: %s carries a reference, and its callbacks name the delivery by it",
  async (_, { provider, message, reader, callback }) => {
    const { port, received } = await webhookReceiver({ answer });
    const made = provider(`http://127.0.0.1:${port}`);
    onTestFinished(() => made.close());
    await made.send(message as never, { deliveryId: delivery.id, reference, signal: new AbortController().signal });

    const [{ body, headers }] = received as [(typeof received)[number]];
    expect(headers["x-busbar-reference"] ?? reference).toBe(reference);
    const notices: readonly Notice[] = reader.read({ contentType: "", ...callback(body) });
    expect(notices).toMatchObject([{ kind: "status", status: "delivered", reference }]);
    expect(parseReference(reference)).toEqual({ id: delivery.id, event: { time: "2026-01-31T09:00:00.000Z" } });
  },
);

it("Twilio is told no address where none is known, or nothing names the delivery", async () => {
  const { port, received } = await webhookReceiver({ answer });
  const baseUrl = `http://127.0.0.1:${port}`;
  const signal = new AbortController().signal;
  for (const [options, own] of [
    [{}, { reference }],
    [{ statusCallback }, {}],
  ] as const) {
    const made = twilioProvider({ ...account, baseUrl, ...options });
    onTestFinished(() => made.close());
    await made.send({ to: "+919845012345", text: "pay" }, { deliveryId: delivery.id, signal, ...own });
  }
  expect(received.map(({ body }) => form(body).has("StatusCallback"))).toEqual([false, false]);
});
