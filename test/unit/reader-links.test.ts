import { describe, expect, it } from "vitest";
import * as z from "zod";
import { applicationWarnings } from "../../src/bus/application-warnings.ts";
import { emailChannel } from "../../src/channels/email.ts";
import { linkTokens } from "../../src/channels/link-tokens.ts";
import { readerLinks } from "../../src/channels/reader-links.ts";
import { renderTemplates } from "../../src/cli/preview-render.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import { categoryOf } from "../../src/define/route.ts";
import { defineSubscriber, emailTemplate, type EmailTemplate, smsTemplate, whatsappTemplate } from "../../src/index.ts";
import { plan } from "../../src/router/plan.ts";
import { eventOf } from "../../src/testing/index.ts";
import { orderPlaced } from "../support/line.ts";

const tokens = linkTokens(["a secret of the tests that is long enough"], "shop");
const links = readerLinks(tokens, "https://hooks.example.in");
const data = z.object({ orderId: z.string() });
const page = (text: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`;

function template(more: { readonly category?: string; readonly footer?: string; readonly data?: z.ZodObject; readonly hindi?: string }) {
  const { category, footer = "", data: own = data, hindi } = more;
  return emailTemplate({
    name: "news",
    data: own,
    ...(category === undefined ? {} : { category }),
    subject: "News",
    mjml: page(`News <a href="https://example.in">us</a> ${footer}`),
    text: `News ${footer}`,
    example: { orderId: "A-1" },
    ...(hindi === undefined ? {} : { locales: { hi: { subject: "Khabar", mjml: page(hindi), text: `Khabar ${hindi}` } } }),
  }) as EmailTemplate<{ orderId: string }>;
}

function subscriberOf(made: EmailTemplate<{ orderId: string }>, category?: string, locale?: string) {
  return defineSubscriber(orderPlaced, {
    name: "news",
    deliver: ({ email }) => [
      email({
        to: ({ data: { email: to } }) => to,
        template: made,
        data: ({ data: { orderId } }) => ({ orderId }),
        ...(category === undefined ? {} : { category }),
        ...(locale === undefined ? {} : { locale: () => locale }),
      }),
    ],
  });
}

const event = eventOf(orderPlaced, { orderId: "A-1", email: "Asha@Example.IN" });
const channelOf = (more = {}) =>
  emailChannel({
    from: { address: "shop@example.in" },
    mailroom: [{ name: "mailroom", send: async () => ({ kind: "sent" }), close: async () => undefined }],
    mode: { send: "mailroom", allowList: [] },
    links,
    ...more,
  });

async function mailOf(subscriber: ReturnType<typeof subscriberOf>, change: Partial<Delivery> = {}) {
  const [delivery] = plan(subscriber, event, { application: "shop" }).deliveries;
  return { delivery: delivery!, mail: await channelOf().render(subscriber.routes[0]!, { ...delivery!, ...change }) };
}

const tokenIn = (header: string | undefined): string =>
  /^<https:\/\/hooks\.example\.in\/unsubscribe\/([\w-]+)>$/.exec(header ?? "")?.[1] ?? "";

describe("a category", () => {
  it("is the template's, unless the route says otherwise, and travels with the delivery", () => {
    const routeOf = (made: string | undefined, own?: string) => subscriberOf(template({ ...(made && { category: made }) }), own).routes[0]!;
    expect(categoryOf(routeOf("news"))).toBe("news");
    expect(categoryOf(routeOf("news", "offers"))).toBe("offers");
    expect(categoryOf(routeOf("news", "transactional"))).toBeUndefined();
    expect(categoryOf(routeOf(undefined))).toBeUndefined();
    const { deliveries } = plan(subscriberOf(template({ category: "news" })), event, { application: "shop" });
    expect(deliveries).toMatchObject([{ category: "news" }]);
    expect(plan(subscriberOf(template({})), event, { application: "shop" }).deliveries[0]).not.toHaveProperty("category");
  });

  it("belongs to every kind of template, in each of its languages, and must be a name", () => {
    const text = smsTemplate({ name: "news", data, category: "news", text: "News", locales: { hi: { text: "Khabar" } } });
    expect([text.category, text.locales?.["hi"]?.category]).toEqual(["news", "news"]);
    expect(() => whatsappTemplate({ name: "x", data, approvedAs: "x", body: "x", category: "Big News" })).toThrow(
      'category "Big News" must be lower case',
    );
  });
});

describe("an e-mail of a category", () => {
  it("has both headers of RFC 8058, and links in its text where the template asks for them", async () => {
    const footer = '<a href="{{unsubscribeUrl}}">out</a> {{preferencesUrl}}';
    const { mail } = await mailOf(subscriberOf(template({ category: "news", footer })));
    expect(mail.headers).toEqual({
      "List-Unsubscribe": expect.stringMatching(/^<https:/),
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    const token = tokenIn(mail.headers!["List-Unsubscribe"]);
    expect(tokens.read(token)).toEqual({ address: "Asha@example.in", category: "news" });
    expect(mail.html).toContain(`href="https://hooks.example.in/unsubscribe/${token}"`);
    expect(mail.text).toContain(`https://hooks.example.in/preferences/${token}`);
  });

  it("is of its route's category also where it was planned before, and of its own where the route has changed since", async () => {
    const made = subscriberOf(template({ category: "news" }));
    const { category: _, ...before } = (await mailOf(made)).delivery;
    const render = async (delivery: Delivery) =>
      tokens.read(tokenIn((await channelOf().render(made.routes[0]!, delivery)).headers!["List-Unsubscribe"]));
    expect(await render(before)).toMatchObject({ category: "news" });
    expect(await render({ ...before, category: "offers" })).toMatchObject({ category: "offers" });
  });

  it("has no header where it is transactional; its template may still lead to the choice", async () => {
    const { mail } = await mailOf(subscriberOf(template({ footer: "{{preferencesUrl}}" })));
    expect(mail).not.toHaveProperty("headers");
    expect(mail.text).toMatch(/^News https:\/\/hooks\.example\.in\/preferences\/[\w-]+$/);
  });

  it("takes what its own data calls so", async () => {
    const own = z.object({ orderId: z.string(), unsubscribeUrl: z.string().default("https://own.example.in/out") });
    const { mail } = await mailOf(subscriberOf(template({ data: own, footer: "{{unsubscribeUrl}}" })));
    expect(mail.text).toBe("News https://own.example.in/out");
  });
});

describe("before anything is sent", () => {
  it.each([
    [
      "transactional",
      template({ footer: "{{unsubscribeUrl}}" }),
      {},
      /^route "email" is transactional, and its template "news" asks for \{\{unsubscribeUrl\}\}: give/,
    ],
    ["in another language", template({ hindi: "{{unsubscribeUrl}}" }), {}, /^route "email" is transactional/],
    [
      "without a secret",
      template({ footer: "{{preferencesUrl}}" }),
      { links: undefined },
      /^template "news" has links .*: set LINK_SECRET .* and PUBLIC_URL$/,
    ],
    ["misspelt", template({ category: "news", footer: "{{unsubscribeurl}}" }), {}, /did you mean "unsubscribeUrl"\?$/],
  ])("a link that nothing can fill is found: %s", async (_, made, options, problem) => {
    const failure = await channelOf(options)
      .prepare(subscriberOf(made).routes)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "INVALID_DEFINITION", problems: expect.arrayContaining([expect.stringMatching(problem)]) });
  });

  it("`check` warns of mails that show no way out; a preview fills the links with what they may look like", async () => {
    const parts = { topics: [orderPlaced], files: [], templates: [], channels: {} };
    const warned = (made: EmailTemplate<{ orderId: string }>, own?: string) =>
      applicationWarnings({ ...parts, subscribers: [subscriberOf(made, own)] });
    expect(warned(template({ category: "news" }))).toEqual([
      'email template "news" is sent as news and shows no way out: put a link to {{unsubscribeUrl}} into it',
    ]);
    expect(warned(template({ category: "news", footer: "{{unsubscribeUrl}}" }))).toEqual([]);
    expect(warned(template({ category: "news" }), "transactional")).toEqual([]);
    const made = template({ category: "news", footer: "{{unsubscribeUrl}}" });
    expect(await renderTemplates([{ template: made, file: undefined }])).toMatchObject([
      { parts: { text: "News https://example.com/unsubscribe/token" } },
    ]);
  });
});
