import { describe, expect, it } from "vitest";
import * as z from "zod";
import { whatsappChannel, type WhatsappChannelOptions } from "../../src/channels/whatsapp.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { WhatsappMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import { resolvePolicy } from "../../src/define/policy.ts";
import { defineSubscriber, defineTopic, whatsappTemplate } from "../../src/index.ts";
import type { Provider } from "../../src/providers/provider.ts";

const topic = defineTopic("thing.happened", z.object({ phone: z.e164() }));

function routeOf(body: string, name = "cod-confirmation") {
  const template = whatsappTemplate({
    name,
    approvedAs: "cod_confirmation",
    language: "en_IN",
    data: z.object({ name: z.string(), total: z.string() }),
    body,
    locales: { hi: { body: "नमस्ते {{name}}, कुल {{total}} है।", approvedAs: "cod_hindi" } },
  });
  const subscriber = defineSubscriber(topic, {
    name: "s",
    deliver: ({ whatsapp }) => [whatsapp({ to: ({ data }) => data.phone, template, data: () => ({ name: "a", total: "1" }) })],
  });
  return subscriber.routes[0]!;
}

const route = routeOf("Pay {{total}} & smile, {{name}}: {{total}} in all.");

function deliveryOf(data: unknown = { name: "Asha\n  <3", total: "₹1,200" }, to = "+919845012345"): Delivery {
  return {
    id: "d_1",
    event: { id: "e", type: "thing.happened", time: "2025-01-01T00:00:00.000Z" },
    subscriber: "s",
    route: "whatsapp",
    channel: "whatsapp",
    to,
    template: { name: "cod-confirmation", version: 1 },
    data,
    policy: resolvePolicy(),
  };
}

function recorder(name: string, outcome: Outcome = { kind: "sent" }): Provider<WhatsappMessage> & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    name,
    sent,
    async send({ to }) {
      sent.push(to);
      return outcome;
    },
    async close() {
      sent.push("closed");
    },
  };
}

const channelOf = (options: Partial<WhatsappChannelOptions> = {}) =>
  whatsappChannel({ mailroom: [recorder("mailroom")], mode: { send: "mailroom", allowList: [] }, ...options });

const unrenderable = (message: RegExp) =>
  expect.objectContaining({ name: "UnrenderableDelivery", message: expect.stringMatching(message) as string }) as Error;

describe("render", () => {
  it("names the approved template, its parameters in the order of the text, each once, and what the reader sees", async () => {
    const channel = channelOf();
    await channel.prepare([route]);
    expect(await channel.render(route, deliveryOf())).toEqual({
      to: "+919845012345",
      template: { approvedAs: "cod_confirmation", language: "en_IN" },
      parameters: [
        { name: "total", value: "₹1,200" },
        { name: "name", value: "Asha <3" },
      ],
      text: "Pay ₹1,200 & smile, Asha <3: ₹1,200 in all.",
    });
  });

  it("compiles what was not prepared", async () => {
    expect(await channelOf().render(route, deliveryOf())).toHaveProperty("to", "+919845012345");
  });

  it("comes in its reader's language, as it was approved there", async () => {
    expect(await channelOf().render(route, { ...deliveryOf(), locale: "hi-IN" })).toMatchObject({
      template: { approvedAs: "cod_hindi", language: "hi" },
      text: "नमस्ते Asha <3, कुल ₹1,200 है।",
    });
    expect(await channelOf().render(route, { ...deliveryOf(), locale: "fr" })).toMatchObject({ template: { language: "en_IN" } });
  });

  it("refuses data that do not fit, parameters that are empty, and numbers that are none", async () => {
    const channel = channelOf();
    await expect(channel.render(route, deliveryOf({ name: "a" }))).rejects.toThrow(unrenderable(/total: /));
    await expect(channel.render(route, deliveryOf({ name: " ", total: "1" }))).rejects.toThrow(
      unrenderable(/no empty parameter, and name/),
    );
    await expect(channel.render(route, deliveryOf(undefined, "98450"))).rejects.toThrow(unrenderable(/not a phone number/));
  });

  it("sends to the countries that are named alone, and says which setting refuses a number", async () => {
    const home = channelOf({ countries: ["IN"] });
    expect(await home.render(route, deliveryOf())).toHaveProperty("to", "+919845012345");
    await expect(home.render(route, deliveryOf(undefined, "+12125550123"))).rejects.toThrow(
      unrenderable(/^a number of US is not sent to: channels\.whatsapp\.countries allows IN$/),
    );
  });
});

const templateProblems = (templates: readonly { readonly name: string }[]): string[] => templates.map(({ name }) => `nobody holds ${name}`);

describe("prepare", () => {
  it("reports the problems of all templates in one error, those of the providers too", async () => {
    await expect(channelOf({ templateProblems }).prepare([routeOf("{{name}} begins.", "one"), route])).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_DEFINITION",
        problems: [
          expect.stringContaining("one, body, line 1"),
          "nobody holds one",
          "nobody holds one (hi)",
          "nobody holds cod-confirmation",
          "nobody holds cod-confirmation (hi)",
        ],
      }) as Error,
    );
  });
});

describe("send", () => {
  const attempt = { deliveryId: "d_1", signal: new AbortController().signal, number: 1, progress: () => undefined };
  const message: WhatsappMessage = { to: "+919845012345", template: { approvedAs: "a", language: "en" }, parameters: [], text: "t" };

  it("A9: goes to the mailroom unless real sending is on or the number is allowed", async () => {
    const [live, room] = [recorder("meta"), recorder("meta (mailroom)")];
    const { send } = channelOf({ live: [live], mailroom: [room], mode: { send: "mailroom", allowList: ["+919900112233"] } });
    expect(await send(message, attempt)).toEqual({ outcome: { kind: "sent" }, provider: "meta (mailroom)" });
    expect(await send({ ...message, to: "+919900112233" }, attempt)).toEqual({ outcome: { kind: "sent" }, provider: "meta" });
    expect([live.sent, room.sent]).toEqual([["+919900112233"], ["+919845012345"]]);
  });

  it("goes by the second provider where the first one pauses, and never to the mailroom instead", async () => {
    const [meta, twilio, room] = [recorder("meta", { kind: "pause", reason: "190" }), recorder("twilio"), recorder("mailroom")];
    const both = channelOf({ live: [meta, twilio], mailroom: [room], mode: { send: "live", allowList: [] } });
    expect(await both.send(message, attempt)).toMatchObject({ outcome: { kind: "sent" }, provider: "twilio" });
    expect(room.sent).toEqual([]);
  });

  it("closes all providers", async () => {
    const [live, room] = [recorder("live"), recorder("room")];
    await channelOf({ live: [live], mailroom: [room] }).close();
    expect([live.sent, room.sent]).toEqual([["closed"], ["closed"]]);
  });
});

it("refuses what cannot work, all at once", () => {
  expect(() => channelOf({ mode: { send: "live", allowList: [] }, countries: ["UK"] })).toThrow(
    expect.objectContaining({
      code: "INVALID_CONFIGURATION",
      problems: [expect.stringContaining("no provider has keys"), expect.stringMatching(/^channels\.whatsapp\.countries: write GB/)],
    }) as Error,
  );
});
