import { getCountries } from "libphonenumber-js/min";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { smsChannel, type SmsChannelOptions } from "../../src/channels/sms.ts";
import { countryFinder, countryProblem, countryProblems } from "../../src/channels/sms-countries.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { SmsMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import { resolvePolicy } from "../../src/define/policy.ts";
import { defineSubscriber, defineTopic, smsTemplate } from "../../src/index.ts";
import type { Provider } from "../../src/providers/provider.ts";

const topic = defineTopic("thing.happened", z.object({ phone: z.e164() }));

function routeOf(text: string, name = "code", locales: Readonly<Record<string, { readonly text: string }>> = {}) {
  const template = smsTemplate({ name, data: z.object({ code: z.string() }), text, locales });
  const subscriber = defineSubscriber(topic, {
    name: "s",
    deliver: ({ sms }) => [sms({ to: ({ data }) => data.phone, template, data: () => ({ code: "1" }) })],
  });
  return subscriber.routes[0]!;
}

const route = routeOf("{{code}} is your code & more: {{code}}");

function deliveryOf(data: unknown, to = "+919845012345"): Delivery {
  return {
    id: "d_1",
    event: { id: "e", type: "thing.happened", time: "2025-01-01T00:00:00.000Z" },
    subscriber: "s",
    route: "sms",
    channel: "sms",
    to,
    template: { name: "code", version: 1 },
    data,
    policy: resolvePolicy(),
  };
}

function recorder(name: string, outcome: Outcome = { kind: "sent" }): Provider<SmsMessage> & { readonly sent: string[] } {
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

function channelOf(options: Partial<SmsChannelOptions> = {}) {
  return smsChannel({ mailroom: [recorder("mailroom")], mode: { send: "mailroom", allowList: [] }, ...options });
}

const unrenderable = (message: RegExp) =>
  expect.objectContaining({ name: "UnrenderableDelivery", message: expect.stringMatching(message) as string }) as Error;

describe("render", () => {
  const channel = channelOf();
  beforeAll(() => channel.prepare([route]));

  it("fills the text from the delivery's data, as it is", async () => {
    expect(await channel.render(route, deliveryOf({ code: "<4>" }))).toEqual({
      to: "+919845012345",
      text: "<4> is your code & more: <4>",
      template: { name: "code", values: { code: "<4>" } },
    });
  });

  it("says what the text was made with: words, numbers and yes or no, as the schema has them", async () => {
    const template = smsTemplate({
      name: "order",
      data: z.object({
        id: z.string(),
        total: z.number(),
        cod: z.boolean(),
        currency: z.string().default("INR"),
        note: z.string().optional(),
        lines: z.array(z.string()),
      }),
      text: "{{id}} {{total}} {{currency}}",
    });
    const subscriber = defineSubscriber(topic, {
      name: "s",
      deliver: ({ sms }) => [sms({ to: ({ data }) => data.phone, template, data: () => ({ id: "A-1", total: 1, cod: false, lines: [] }) })],
    });
    const data = { id: "A-1", total: 1_200.5, cod: true, lines: ["x"], more: "no hole" };
    expect(await channel.render(subscriber.routes[0]!, deliveryOf(data))).toHaveProperty("template", {
      name: "order",
      values: { id: "A-1", total: "1200.5", cod: "true", currency: "INR" },
    });
  });

  it("comes in its reader's language, and says which text that was", async () => {
    const hindi = routeOf("{{code}} is your code", "otp", { hi: { text: "{{code}} आपका कोड है" } });
    const read = channelOf();
    await read.prepare([hindi]);
    expect(await read.render(hindi, { ...deliveryOf({ code: "1" }), locale: "hi-IN" })).toMatchObject({
      text: "1 आपका कोड है",
      template: { name: "otp (hi)" },
    });
    expect(await read.render(hindi, { ...deliveryOf({ code: "1" }), locale: "fr" })).toMatchObject({ template: { name: "otp" } });
  });

  it("compiles what was not prepared", async () => {
    expect(await channelOf().render(route, deliveryOf({ code: "1" }))).toHaveProperty("text", "1 is your code & more: 1");
  });

  it("refuses data that do not fit, and numbers that are none", async () => {
    await expect(channel.render(route, deliveryOf({ code: 1 }))).rejects.toThrow(unrenderable(/code: /));
    await expect(channel.render(route, deliveryOf({ code: "1" }, "98450 12345"))).rejects.toThrow(unrenderable(/not a phone number/));
  });

  it("takes ten segments and no more, unless it is told otherwise", async () => {
    const long = routeOf("{{code}}");
    expect((await channel.render(long, deliveryOf({ code: "x".repeat(1_530) }))).text).toHaveLength(1_530);
    const text = { code: "x".repeat(1_531) };
    await expect(channel.render(long, deliveryOf(text))).rejects.toThrow(
      unrenderable(/takes 11 segments of GSM-7, more than 10 .*say less/),
    );
    await expect(channel.render(long, deliveryOf({ code: "न".repeat(671) }))).rejects.toThrow(unrenderable(/11 segments of UCS-2/));
    expect((await channelOf({ maxSegments: 11 }).render(long, deliveryOf(text))).text).toHaveLength(1_531);
    await expect(channelOf({ maxSegments: 1 }).render(long, deliveryOf({ code: "x".repeat(161) }))).rejects.toThrow(
      unrenderable(/2 segments/),
    );
  });

  it("sends to the countries that are named alone, and says which setting refuses a number", async () => {
    const home = channelOf({ countries: ["IN", "US"] });
    expect(await home.render(route, deliveryOf({ code: "1" }))).toHaveProperty("to", "+919845012345");
    expect(await home.render(route, deliveryOf({ code: "1" }, "+12125550123"))).toHaveProperty("to", "+12125550123");
    await expect(home.render(route, deliveryOf({ code: "1" }, "+18765550123"))).rejects.toThrow(
      unrenderable(/^a number of JM is not sent to: channels\.sms\.countries \(SMS_COUNTRIES\) allows IN, US$/),
    );
    await expect(home.render(route, deliveryOf({ code: "1" }, "+8835100012345"))).rejects.toThrow(unrenderable(/a number of no country/));
    expect(await channel.render(route, deliveryOf({ code: "1" }, "+8835100012345"))).toHaveProperty("to", "+8835100012345");
  });
});

describe("the country of a number", () => {
  it("counts as allowed where every country that it can be of is allowed", async () => {
    const countryOf = await countryFinder();
    const shared = "+447700900123"; // of the United Kingdom or one of its islands
    expect(countryProblem(shared, { countries: ["GB", "GG", "IM", "JE"], countryOf })).toBeUndefined();
    expect(countryProblem(shared, { countries: ["GB"], countryOf })).toMatch(/^a number of GB or GG or IM or JE is not sent to/);
  });

  it("is written as the numbering plans write it", () => {
    expect(countryProblems(getCountries())).toEqual([]);
    expect(countryProblems(["UK", "in", "India", "ZZ", "QX", ""])).toEqual([
      "countries: write GB for United Kingdom, not UK",
      ...["in", "India", "ZZ", "QX", ""].map(
        (code) => `countries: ${JSON.stringify(code)} is no country: write two capital letters, such as IN or US`,
      ),
    ]);
  });
});

describe("prepare", () => {
  it("reports the problems of all templates in one error", async () => {
    await expect(channelOf().prepare([routeOf("{{cod}}", "one"), routeOf("{{#if code}}", "two"), route])).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_DEFINITION",
        problems: [expect.stringContaining("one, text, line 1"), expect.stringContaining("two, text")],
      }) as Error,
    );
  });
});

it("prepare asks for what the providers cannot send, of templates in all languages, once", async () => {
  const asked: string[][] = [];
  const templateProblems = (templates: readonly { readonly name: string }[]): string[] => {
    asked.push(templates.map(({ name }) => name));
    return templates.map(({ name }) => `nobody holds ${name}`);
  };
  const both = routeOf("{{code}}", "otp", { hi: { text: "{{code}}" } });
  await expect(channelOf({ templateProblems }).prepare([routeOf("{{cod}}", "one"), both, both])).rejects.toThrow(
    expect.objectContaining({
      code: "INVALID_DEFINITION",
      problems: [expect.stringContaining("one, text"), "nobody holds one", "nobody holds otp", "nobody holds otp (hi)"],
    }) as Error,
  );
  expect(asked).toEqual([["one", "otp", "otp (hi)"]]);
});

describe("send", () => {
  const attempt = { deliveryId: "d_1", signal: new AbortController().signal, number: 1, progress: () => undefined };
  const message: SmsMessage = { to: "+919845012345", text: "t" };

  it("A9: goes to the mailroom unless real sending is on or the number is allowed", async () => {
    const [live, room] = [recorder("twilio"), recorder("twilio (mailroom)")];
    const { send } = channelOf({ live: [live], mailroom: [room], mode: { send: "mailroom", allowList: ["+919900112233"] } });
    expect(await send(message, attempt)).toEqual({ outcome: { kind: "sent" }, provider: "twilio (mailroom)" });
    expect(await send({ ...message, to: "+919900112233" }, attempt)).toEqual({ outcome: { kind: "sent" }, provider: "twilio" });
    expect([live.sent, room.sent]).toEqual([["+919900112233"], ["+919845012345"]]);
  });

  it("never falls back from real providers to the mailroom", async () => {
    const [live, room] = [recorder("twilio", { kind: "retry", reason: "down" }), recorder("mailroom")];
    const both = channelOf({ live: [live], mailroom: [room], mode: { send: "live", allowList: [] } });
    expect(await both.send(message, attempt)).toMatchObject({ outcome: { kind: "retry" }, provider: "twilio" });
    expect(room.sent).toEqual([]);
  });

  it("closes all providers", async () => {
    const [live, room] = [recorder("live"), recorder("room")];
    await channelOf({ live: [live], mailroom: [room] }).close();
    expect([live.sent, room.sent]).toEqual([["closed"], ["closed"]]);
  });
});

it("refuses what cannot work, all at once", () => {
  expect(() => channelOf({ mode: { send: "live", allowList: [] }, maxSegments: 0, countries: ["UK"] })).toThrow(
    expect.objectContaining({
      code: "INVALID_CONFIGURATION",
      problems: [
        expect.stringContaining("no provider has keys"),
        expect.stringMatching(/^channels\.sms\.countries: write GB/),
        expect.stringMatching(/^channels\.sms\.maxSegments: must be a whole number from 1, not 0/),
      ],
    }) as Error,
  );
  expect(() => channelOf({ countries: [] })).toThrow(/names none/);
});
