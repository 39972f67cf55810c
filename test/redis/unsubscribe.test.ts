import fastify from "fastify";
import { Redis } from "ioredis";
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import { parseOptions } from "../../src/bus/options.ts";
import { readerLinksOf } from "../../src/bus/reader-links.ts";
import { linkTokens } from "../../src/channels/link-tokens.ts";
import type { ChannelName } from "../../src/define/channel-name.ts";
import {
  type BusOptions,
  createBus,
  defineSubscriber,
  defineTopic,
  emailTemplate,
  smsTemplate,
  whatsappTemplate,
} from "../../src/index.ts";
import type { Provider } from "../../src/providers/index.ts";
import { takeBodiesAsBytes } from "../../src/server/body.ts";
import { readerRoutes } from "../../src/server/reader-routes.ts";
import type { ServedBus } from "../../src/server/served-bus.ts";
import { startServer } from "../../src/server/server.ts";
import { createTestBus } from "../../src/testing/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";
import { byMeta, byTwilio, type Signed } from "../support/signed-callbacks.ts";

const { url, prefix } = testRedis();
const kept = busesOf();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const secret = "a secret of the tests that is long enough";
const newsSent = defineTopic("news.sent", z.object({ id: z.string(), email: z.string(), phone: z.string() }));
const data = z.object({ id: z.string() });
const mjml = (text: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`;
const newsEmail = emailTemplate({
  name: "news",
  category: "news",
  data,
  subject: "News {{id}}",
  mjml: mjml('News {{id}} <a href="{{unsubscribeUrl}}">out</a> <a href="{{preferencesUrl}}">choose</a>'),
  text: "News {{id}}\n{{unsubscribeUrl}}\n{{preferencesUrl}}",
});
const billEmail = emailTemplate({ name: "bill", data, subject: "Bill {{id}}", mjml: mjml("Bill {{id}}"), text: "Bill {{id}}" });
const newsText = smsTemplate({ name: "news", category: "news", data, text: "News {{id}}" });
const newsChat = whatsappTemplate({ name: "news", category: "news", approvedAs: "news", data, body: "News {{id}}." });

type News = { readonly data: { readonly id: string; readonly email: string; readonly phone: string } };
const id = ({ data: { id: number } }: News) => ({ id: number });
const email = ({ data: { email: address } }: News): string => address;
const phone = ({ data: { phone: number } }: News): string => number;
const subscriber = defineSubscriber(newsSent, {
  name: "news",
  deliver: (channels) => [
    channels.email({ to: email, template: newsEmail, data: id }),
    channels.email({ name: "bill", to: email, template: billEmail, data: id }),
    channels.sms({ to: phone, template: newsText, data: id }),
    channels.whatsapp({ to: phone, template: newsChat, data: id }),
  ],
});

/** What was sent, as `channel recipient text`. */
let sent: string[] = [];
let prefixOfTest = "";
let count = 0;
beforeEach(() => {
  sent = [];
  prefixOfTest = `${prefix}-${++count}`;
});

function recorder<Message extends { readonly to: string; readonly text: string }>(channel: ChannelName): Provider<Message> {
  return {
    name: "recorder",
    send: async ({ to, text }) => {
      sent.push(`${channel} ${to} ${text.split("\n")[0]}`);
      return { kind: "sent" };
    },
    close: async () => undefined,
  };
}

/** It sends for real: to providers in memory. */
function bus(more: Pick<BusOptions, "subscribers" | "callbacks"> = {}) {
  return kept(() =>
    createBus({
      application: "shop",
      topics: { newsSent },
      subscribers: [subscriber],
      redis: url,
      prefix: prefixOfTest,
      channels: {
        email: { from: { address: "news@example.in", name: "Kirana & <Co>" }, providers: [recorder("email")], rateLimit: false },
        sms: { providers: [recorder("sms")], rateLimit: false },
        whatsapp: { providers: [recorder("whatsapp")], rateLimit: false },
      },
      send: { live: true },
      publicUrl: "https://shop.example.in",
      linkSecrets: [secret],
      categories: { news: { title: "News & offers <b>", description: "Once a week." } },
      ...more,
    }),
  );
}

const tokens = linkTokens([secret], "shop");
const tokenOf = (address: string, category: string | undefined = "news"): string => tokens.sign({ address, category });
const asha = "Asha.Iyer@example.in";

interface Asked {
  readonly method?: string;
  readonly form?: string | URLSearchParams | FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

async function door(served: ServedBus) {
  const server = await startServer({ bus: served, port: 0, keys: { redis: url, prefix: prefixOfTest, application: "shop" } });
  onTestFinished(server.stop);
  return async (path: string, { method = "GET", form, headers = {} }: Asked = {}) => {
    const sentHeaders = new Headers(headers);
    if (typeof form === "string" && !sentHeaders.has("content-type")) sentHeaders.set("content-type", "application/x-www-form-urlencoded");
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: sentHeaders,
      redirect: "manual",
      ...(form === undefined ? {} : { body: form }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}

const oneClick = "List-Unsubscribe=One-Click";

describe("one click (RFC 8058)", () => {
  it.each([
    ["urlencoded", (): string => oneClick],
    [
      "multipart",
      (): FormData => {
        const form = new FormData();
        form.set("List-Unsubscribe", "One-Click");
        return form;
      },
    ],
  ] as const)("unsubscribes with a %s form, without cookies, redirects or an origin of ours, and says so", async (_, form) => {
    const served = bus();
    const ask = await door(served);
    const path = `/unsubscribe/${tokenOf(asha)}`;
    const answer = await ask(path, { method: "POST", form: form(), headers: { origin: "null", "sec-fetch-site": "cross-site" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.text).toContain("You are unsubscribed");
    const place = { channel: "email", address: asha };
    expect(await served.suppressions.find(place)).toMatchObject([
      { address: "asha.iyer@example.in", category: "news", source: "reader", reason: "one click in the mail program" },
    ]);
    // Twice is fine, and is recorded once.
    expect((await ask(path, { method: "POST", form: oneClick })).status).toBe(200);
    expect(await served.suppressions.consents(place)).toMatchObject([
      { wish: "out", category: "news", said: "one click in the mail program", source: "busbar", at: expect.stringMatching(/^20.*Z$/) },
    ]);
  });

  it("changes nothing on GET, which shows a button; the button's form unsubscribes", async () => {
    const served = bus();
    const ask = await door(served);
    const path = `/unsubscribe/${tokenOf(asha)}`;
    const page = await ask(path);
    expect(page.status).toBe(200);
    expect(page.text).toContain("Unsubscribe from “News &amp; offers &lt;b&gt;”?");
    expect(page.text).toContain("Kirana &amp; &lt;Co&gt;");
    expect(await served.suppressions.find({ channel: "email", address: asha })).toEqual([]);

    const hidden = [...page.text.matchAll(/type="hidden"\s+name="([^"]+)"\s+value="([^"]+)"/g)].map(([, name, value]): [string, string] => [
      name!,
      value!,
    ]);
    expect(await ask(path, { method: "POST", form: new URLSearchParams(hidden) })).toMatchObject({ status: 200 });
    expect(await served.suppressions.consents({ channel: "email", address: asha })).toMatchObject([{ said: "on the unsubscribe page" }]);
    expect((await ask(path)).text).toContain("You are unsubscribed");
  });

  it("is answered on a name and by a site of a proxy's, which other addresses on loopback are not", async () => {
    const ask = await door(bus());
    const foreign = { "x-forwarded-host": "shop.example.in", origin: "https://shop.example.in" };
    expect(await ask(`/unsubscribe/${tokenOf(asha)}`, { method: "POST", form: oneClick, headers: foreign })).toMatchObject({ status: 200 });
    expect(await ask("/v1/suppressions", { method: "POST", form: "{}", headers: foreign })).toMatchObject({ status: 403 });
  });
});

describe("a link that is not ours", () => {
  it.each([
    ["altered", () => tokenOf(asha).replace(/.$/, (last) => (last === "A" ? "B" : "A"))],
    ["cut off", () => tokenOf(asha).slice(0, -4)],
    ["forged", () => linkTokens(["somebody else's secret, which is long too"], "shop").sign({ address: asha, category: "news" })],
    ["another application's", () => linkTokens([secret], "bank").sign({ address: asha, category: "news" })],
    ["nothing at all", () => "x"],
  ])("%s: a page says what to do, and nothing is changed", async (_, token) => {
    const served = bus();
    const ask = await door(served);
    for (const path of ["unsubscribe", "preferences"])
      for (const asked of [{}, { method: "POST", form: `${oneClick}&shown=news` }]) {
        const answer = await ask(`/${path}/${token()}`, asked);
        expect(answer.status).toBe(404);
        expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
        expect(answer.text).toContain("Nothing was changed");
      }
    expect(await redis.keys(`${prefixOfTest}:{shop}:*`)).toEqual([]);
  });

  it.each([
    "/unsubscribe",
    "/unsubscribe/",
    "/preferences/",
    `/unsubscribe/${"x".repeat(2_000)}`,
    "/unsubscribe/x/y",
    "/unsubscribe/%E0%A4%A",
  ])("%s: the same page, also where hardly anything is left of the link", async (path) => {
    const ask = await door(bus());
    const answer = await ask(path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
  });

  it("has no way out of what is transactional, and leads to the choice", async () => {
    const ask = await door(bus());
    const token = tokens.sign({ address: asha, category: undefined });
    expect((await ask(`/unsubscribe/${token}`)).status).toBe(404);
    expect((await ask(`/unsubscribe/${token}`, { method: "POST", form: oneClick })).status).toBe(404);
    expect((await ask(`/preferences/${token}`)).text).toContain("News &amp; offers");
  });

  it("everybody knows the secret of a system without one: its links are taken on loopback alone", async () => {
    const settings = { application: "shop", topics: {}, redis: url, prefix: prefixOfTest };
    const open = kept(() => createBus(settings)) as ServedBus;
    const { unsubscribeUrl } = readerLinksOf(parseOptions(settings))!.urlsFor({ address: asha, category: "news" });
    const { pathname } = new URL(unsubscribeUrl!);
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, text: string) => void warnings.push(text) };
    const answers: number[] = [];
    for (const local of [true, false])
      for (const served of [open, bus()]) {
        const app = fastify({ routerOptions: { maxParamLength: 600 } });
        takeBodiesAsBytes(app);
        readerRoutes(app, { bus: served, local, logger });
        answers.push((await app.inject(pathname)).statusCode);
      }
    // The second of each two has a secret of its own.
    expect(answers).toEqual([200, 404, 404, 404]);
    expect(warnings).toEqual([expect.stringContaining("there is no LINK_SECRET")]);
  });
});

it("a form that is none, is too long or comes too often changes nothing more, and a page says so", async () => {
  const served = bus();
  const ask = await door(served);
  const path = `/unsubscribe/${tokenOf(asha)}`;
  for (const asked of [
    { form: "List-Unsubscribe=Two-Clicks" },
    { form: "" },
    {},
    { form: JSON.stringify({ "List-Unsubscribe": "One-Click" }), headers: { "content-type": "application/json" } },
    { form: "--x\r\nbroken", headers: { "content-type": "multipart/form-data; boundary=x" } },
    { form: `${oneClick}&more=${"x".repeat(20_000)}` },
  ]) {
    const answer = await ask(path, { method: "POST", ...asked });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("Nothing was changed");
  }
  expect(await served.suppressions.find({ channel: "email", address: asha })).toEqual([]);
  const answers = [];
  for (let i = 0; i < 25; i++) answers.push((await ask(`/preferences/${tokenOf(asha)}`, { method: "POST", form: "shown=news" })).status);
  expect(new Set(answers)).toEqual(new Set([200, 429]));
  expect((await ask(`/unsubscribe/${tokenOf("ravi@example.in")}`, { method: "POST", form: oneClick })).status).toBe(200);
});

describe("the page of preferences", () => {
  it("shows each category with the reader's choice, and keeps what they choose, with how and when", async () => {
    const served = bus();
    const ask = await door(served);
    const path = `/preferences/${tokenOf(asha)}`;
    const page = await ask(path);
    expect(page.text).toMatch(/<input\s+type="checkbox"\s+name="wanted"\s+value="news"\s+checked/);
    expect(page.text).toContain("Once a week.");
    expect(page.text).not.toContain("asha.iyer");
    expect(page.text).toContain("As…\u2060@example.in");

    const none = await ask(path, { method: "POST", form: "shown=news&wanted=news&none=yes" });
    expect(none.text).toContain("Your choice is saved");
    expect(none.text).not.toContain("checked");
    expect(none.text).toMatch(/News &amp; offers &lt;b&gt;: no more, <time/);
    expect(await served.suppressions.find({ channel: "email", address: asha })).toMatchObject([{ category: "news" }]);

    const again = await ask(path, { method: "POST", form: "shown=news&wanted=news" });
    expect(again.text).toContain("checked");
    expect(await served.suppressions.find({ channel: "email", address: asha })).toEqual([]);
    const said = await served.suppressions.consents({ channel: "email", address: asha });
    expect(said.map(({ wish }) => wish)).toEqual(["in", "out"]);

    // No category of ours, and not shown: not touched.
    await ask(path, { method: "POST", form: "shown=bills&wanted=x" });
    expect(await served.suppressions.consents({ channel: "email", address: asha })).toHaveLength(2);
  });

  it("takes back that no e-mail at all is wanted, and nothing that was said of the mailbox", async () => {
    const served = bus();
    const ask = await door(served);
    const notice = { kind: "consent", channel: "email", provider: "sendgrid", address: asha, wish: "out", said: "marked as spam" } as const;
    await served.preferences.apply({ ...notice, eventId: "e-1" });
    const path = `/preferences/${tokenOf(asha)}`;
    expect((await ask(path)).text).toContain("You have asked for no e-mail at all");
    expect((await ask(path, { method: "POST", form: "again=yes" })).text).toContain("checked");
    await served.suppressions.add({ channel: "email", address: asha, reason: "550 no such user" });
    expect((await ask(path)).text).toContain("no e-mail at all is sent to this address");
    await ask(path, { method: "POST", form: "again=yes" });
    expect(await served.suppressions.find({ channel: "email", address: asha })).toHaveLength(1);
  });

  it("runs no script, loads nothing, tells nobody where it was, and stays out of caches and search engines", async () => {
    const ask = await door(bus());
    for (const path of [`/preferences/${tokenOf(asha)}`, `/unsubscribe/${tokenOf(asha)}`, "/unsubscribe/x"]) {
      const { headers, text } = await ask(path);
      expect(headers.get("content-security-policy")).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect([headers.get("referrer-policy"), headers.get("x-robots-tag"), headers.get("cache-control")]).toEqual([
        "no-referrer",
        "noindex, nofollow",
        "no-store",
      ]);
      expect(text).not.toMatch(/<script|\son\w+=|src=|style="|https?:/);
    }
  });
});

describe("who has opted out gets no more of it, also of what waits in the queue", () => {
  const people = Array.from({ length: 20 }, (_, index) => ({ email: `reader${index}@example.in`, phone: `+9198450123${10 + index}` }));

  it("by a link in an e-mail, by STOP in an SMS, by STOP in WhatsApp: each for its own scope, and never for what is transactional", async () => {
    const planner = bus();
    const routed = observed(planner, "routed", people.length);
    await planner.start({ only: ["router"] });
    for (const [index, person] of people.entries()) await planner.publishEvent.newsSent({ id: `N-${index}`, ...person });
    await routed;
    const waiting = await planner.channels.list();
    expect(waiting.filter(({ waiting: some }) => some > 0).map((each) => [each.name, each.waiting])).toEqual([
      ["email", 40],
      ["sms", 20],
      ["whatsapp", 20],
    ]);

    const ask = await door(planner);
    const stop = { kind: "consent", wish: "out", said: "STOP" } as const;
    const taken: unknown[] = [];
    for (const [index, person] of people.entries()) {
      const [byLink, bySms, byChat] = [index % 2 === 0, index % 3 === 0, index % 5 === 0];
      if (byLink) taken.push((await ask(`/unsubscribe/${tokenOf(person.email)}`, { method: "POST", form: oneClick })).status);
      const told = { ...stop, address: person.phone, eventId: `SM-${index}` };
      if (bySms) taken.push(await planner.preferences.apply({ ...told, channel: "sms", provider: "twilio" }));
      if (byChat) taken.push(await planner.preferences.apply({ ...told, channel: "whatsapp", provider: "meta" }));
    }
    expect(taken.toSorted()).toEqual([...Array<number>(10).fill(200), ...Array<string>(11).fill("applied")]);

    const hands = bus();
    const all = Promise.all([observed(hands, "sent", 20 + 10 + 13 + 16), observed(hands, "suppressed", 10 + 7 + 4)]);
    await hands.start({ only: ["workers"] });
    const [, suppressed] = await all;
    expect(sent.toSorted()).toEqual(
      people
        .flatMap((person, index) => [
          `email ${person.email} Bill N-${index}`,
          ...(index % 2 === 0 ? [] : [`email ${person.email} News N-${index}`]),
          ...(index % 3 === 0 ? [] : [`sms ${person.phone} News N-${index}`]),
          ...(index % 5 === 0 ? [] : [`whatsapp ${person.phone} News N-${index}.`]),
        ])
        .toSorted(),
    );
    expect(suppressed.map(({ reason }) => reason)).toContain(
      `its address, for news, is suppressed since ${new Date().toISOString().slice(0, 10)} by reader: one click in the mail program; release it with: busbar suppressions release email reader0@example.in --category news`,
    );

    // Who wants them again gets the next one.
    await planner.preferences.apply({
      ...stop,
      wish: "in",
      channel: "sms",
      provider: "twilio",
      address: people[0]!.phone,
      eventId: "SM-x",
    });
    sent = [];
    const next = observed(hands, "sent", 2);
    await planner.publishEvent.newsSent({ id: "N-next", ...people[0]! });
    await next;
    expect(sent.toSorted()).toEqual([`email ${people[0]!.email} Bill N-next`, `sms ${people[0]!.phone} News N-next`]);
  });

  it("what Twilio and Meta call back with, signed, does so; what is forged changes nothing, and START undoes it", async () => {
    const served = bus({
      callbacks: { twilio: { authTokens: ["token"] }, meta: { appSecret: "app-secret", verifyToken: "a-token-that-we-made-up" } },
    });
    const ask = await door(served);
    const calls = async ({ url: address, headers, body }: Signed) => {
      const { pathname } = new URL(address);
      return (await ask(pathname, { method: "POST", form: body.toString(), headers: headers as Record<string, string> })).status;
    };
    const bySms = (Body: string, number: number, authToken = "token"): Promise<number> => {
      const said = {
        MessageSid: `SM${String(number).padStart(32, "0")}`,
        SmsStatus: "received",
        From: people[0]!.phone,
        To: "+14155550100",
        Body,
      };
      return calls(byTwilio("https://shop.example.in/callbacks/twilio", said, authToken));
    };
    const byChat = (text: string, messageId: string, appSecret = "app-secret"): Promise<number> => {
      const message = {
        id: messageId,
        from: people[0]!.phone.slice(1),
        timestamp: String(Math.floor(Date.now() / 1_000)),
        type: "text",
        text: { body: text },
      };
      const change = { field: "messages", value: { messaging_product: "whatsapp", messages: [message] } };
      const body = { object: "whatsapp_business_account", entry: [{ id: "1", changes: [change] }] };
      return calls(byMeta("https://shop.example.in/callbacks/meta", JSON.stringify(body), appSecret));
    };
    for (const channel of ["sms", "whatsapp"]) await served.channels.pause(channel);
    const first = Promise.all([observed(served, "routed"), observed(served, "sent", 2)]);
    await served.start();
    await served.publishEvent.newsSent({ id: "N-1", ...people[0]! });
    await first;
    expect([await bySms("STOP", 1, "another token"), await byChat("STOP", "wamid.A", "another secret")]).toEqual([403, 403]);
    const reported = observed(served, "reported", 2);
    expect([await bySms("STOP", 1), await byChat("STOP", "wamid.B")]).toEqual([200, 200]);
    await reported;
    const suppressed = observed(served, "suppressed", 2);
    for (const channel of ["sms", "whatsapp"]) await served.channels.resume(channel);
    expect((await suppressed).map(({ reason }) => reason).toSorted()).toEqual([
      expect.stringContaining("by reader: STOP by SMS; release"),
      expect.stringContaining("by reader: STOP by WhatsApp; release"),
    ]);
    expect(sent.filter((line) => !line.startsWith("email"))).toEqual([]);

    const undone = observed(served, "reported");
    expect([await bySms("START", 2), await bySms("STOP", 1)]).toEqual([200, 200]);
    await undone;
    const again = observed(served, "sent", 3);
    await served.publishEvent.newsSent({ id: "N-2", ...people[0]! });
    await again;
    expect(sent.filter((line) => line.startsWith("sms"))).toEqual([`sms ${people[0]!.phone} News N-2`]);
    expect(await served.suppressions.consents({ channel: "sms", address: people[0]!.phone })).toMatchObject([
      { wish: "in", said: "START by SMS", source: "twilio" },
      { wish: "out", said: "STOP by SMS", source: "twilio" },
    ]);
  });

  it("also of what waits to be tried again, or for its time", async () => {
    const late = defineSubscriber(newsSent, {
      name: "late",
      deliver: (channels) => [
        channels.email({ to: email, template: newsEmail, data: id, delay: "1h" }),
        channels.sms({ to: phone, template: newsText, data: id, retry: { delay: "10m" } }),
      ],
    });
    const test = await createTestBus({
      topics: { newsSent },
      subscribers: [late],
      redis: url,
      channels: { sms: { order: ["twilio"] } },
    });
    onTestFinished(test.stop);
    const [person] = people;
    test.mailroom.fail("twilio", 503);
    await test.publishEvent.newsSent({ id: "N-1", ...person! });
    await test.drain();
    const notice = { kind: "consent", provider: "twilio", wish: "out", said: "STOP" } as const;
    await test.preferences.apply({ ...notice, eventId: "1", channel: "sms", address: person!.phone });
    await test.preferences.apply({ ...notice, eventId: "2", channel: "email", address: person!.email, category: "news" });
    await test.clock.advance("2h");
    await test.expectSuppressed({ channel: "sms", reason: "by reader: STOP" });
    await test.expectSuppressed({ channel: "email", reason: "for news" });
    expect(test.mailroom.messages()).toEqual([]);
  });

  it("also of what was planned before its template had a category", async () => {
    const plain = emailTemplate({
      ...newsEmail,
      name: "news",
      data,
      text: "News {{id}}",
      mjml: mjml("News {{id}}"),
      category: "transactional",
    } as never);
    const before = defineSubscriber(newsSent, {
      name: "news",
      deliver: (channels) => [channels.email({ to: email, template: plain as typeof newsEmail, data: id })],
    });
    const planner = bus({ subscribers: [before] });
    const routed = observed(planner, "routed");
    await planner.start({ only: ["router"] });
    await planner.publishEvent.newsSent({ id: "N-1", ...people[0]! });
    await routed;
    const hands = bus();
    await hands.preferences.unsubscribe(tokenOf(people[0]!.email), "on the unsubscribe page");
    const suppressed = observed(hands, "suppressed");
    await hands.start({ only: ["workers"] });
    expect((await suppressed)[0]!.reason).toContain("for news");
    expect(sent).toEqual([]);
  });
});
