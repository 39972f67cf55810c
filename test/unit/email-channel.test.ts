import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { emailChannel, type EmailChannelOptions } from "../../src/channels/email.ts";
import { chooseChain } from "../../src/channels/send-mode.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { EmailMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import { resolvePolicy } from "../../src/define/policy.ts";
import { defineSubscriber, defineTopic, emailTemplate, type EmailTemplate } from "../../src/index.ts";
import type { Provider } from "../../src/providers/provider.ts";

const topic = defineTopic("thing.happened", z.object({ email: z.email() }));
const schema = z.object({
  name: z.string(),
  link: z.string(),
  id: z.string(),
  note: z.string().optional(),
  vip: z.boolean().default(true),
  items: z.array(z.object({ sku: z.string() })).default([]),
});
const page = (body: string): string => `<mjml><mj-body><mj-section><mj-column>${body}</mj-column></mj-section></mj-body></mjml>`;

function routeOf(template: EmailTemplate<z.input<typeof schema>>) {
  const data = { name: "", link: "", id: "" };
  const subscriber = defineSubscriber(topic, {
    name: "s",
    deliver: ({ email }) => [email({ to: (event) => event.data.email, template, data: () => data })],
  });
  return subscriber.routes[0]!;
}

const template = emailTemplate({
  name: "t",
  data: schema,
  subject: "Hello {{name}}",
  mjml: page(`<mj-text>{{name}}{{#if note}} ({{note}}){{/if}} <i title="{{name}}" data-id='{{id}}'>x</i>{{#if vip}} VIP{{/if}}</mj-text>
    <mj-text>{{#each items}}[{{@index}} {{sku}} {{../name}}]{{/each}}</mj-text>
    <mj-button href="{{link}}">Go</mj-button><mj-text><a href="https://shop.example.in/o/{{id}}?n={{name}}#top">see</a></mj-text>
    <mj-image src="https://cdn.example.in/{{id}}.png" alt="{{name}}" />`),
  text: "{{name}} & co: {{link}}",
});
const route = routeOf(template);
const good = { name: "Asha", link: "https://a.example.in/x?y=1&z=2", id: "A-1" };

function deliveryOf(data: unknown, to = "asha@example.in"): Delivery {
  return {
    id: "d_1",
    event: { id: "e", type: "thing.happened", time: "2025-01-01T00:00:00.000Z" },
    subscriber: "s",
    route: "email",
    channel: "email",
    to,
    template: { name: "t", version: 1 },
    data,
    policy: resolvePolicy(),
  };
}

function recorder(name: string, outcome: Outcome = { kind: "sent" }): Provider<EmailMessage> & { readonly sent: string[] } {
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

function channelOf(options: Partial<EmailChannelOptions> = {}) {
  return emailChannel({
    from: { address: "shop@example.in", name: "Kirana" },
    mailroom: [recorder("mailroom")],
    mode: { send: "mailroom", allowList: [] },
    ...options,
  });
}

const channel = channelOf();
beforeAll(() => channel.prepare([route]));
const render = (data: unknown, to?: string): Promise<EmailMessage> => channel.render(route, deliveryOf(data, to));

describe("render", () => {
  it("fills subject, HTML and text from the delivery's data", async () => {
    const message = await render({ ...good, note: "vip", items: [{ sku: "TEA" }, { sku: "KURTA" }] });
    expect(message).toMatchObject({
      from: { address: "shop@example.in", name: "Kirana" },
      to: "asha@example.in",
      subject: "Hello Asha",
      text: "Asha & co: https://a.example.in/x?y=1&z=2",
    });
    expect(message.html).toContain("Asha (vip)");
    expect(message.html).toContain("[0 TEA Asha][1 KURTA Asha]");
    expect(message.html).not.toContain("{{");
  });

  it("leaves out what is optional and missing, and takes what is default", async () => {
    const { html } = await render(good);
    expect(html).toContain("Asha <i ");
    expect(html).toContain("VIP");
  });

  it("escapes values in HTML text and attributes, and nowhere else", async () => {
    const message = await render({ ...good, name: `<b>"O'Neil" & co</b>` });
    expect(message.html).not.toContain("<b>");
    expect(message.html).toContain("&lt;b&gt;&quot;O&#x27;Neil&quot; &amp; co&lt;/b&gt;");
    expect(message.html).toContain('title="&lt;b&gt;&quot;');
    expect(message.subject).toBe(`Hello <b>"O'Neil" & co</b>`);
    expect(message.text).toContain(`<b>"O'Neil" & co</b> & co:`);
  });

  it("does not fill holes that a value brings along", async () => {
    expect((await render({ ...good, name: "{{link}}" })).html).toContain("{{link}}");
  });

  it("percent-encodes a value that is a part of a URL", async () => {
    const { html } = await render({ ...good, id: "../a?b=1&c#d", name: "x y" });
    expect(html).toContain('href="https://shop.example.in/o/..%2Fa%3Fb%3D1%26c%23d?n=x%20y#top"');
    expect(html).toContain('src="https://cdn.example.in/..%2Fa%3Fb%3D1%26c%23d.png"');
  });

  it("escapes a whole URL for its attribute, and no more", async () => {
    const { html } = await render({ ...good, link: `https://a.example.in/?y=1&z='"><b>` });
    expect(html).toContain('href="https://a.example.in/?y=1&amp;z=&#39;&quot;&gt;&lt;b&gt;"');
  });

  it.each(["https://a.example.in/x", "http://a.example.in", "mailto:help@example.in", "HTTPS://A.example.in/"])(
    "takes %s as a link",
    async (link) => {
      expect((await render({ ...good, link })).html).toContain(`href="${link}"`);
    },
  );

  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example",
    "/path",
    "",
  ])("refuses %j as a link", async (link) => {
    await expect(render({ ...good, link })).rejects.toThrow(expect.objectContaining({ name: "UnrenderableDelivery" }) as Error);
  });

  it.each(["a\r\nBcc: x@example.in", "a\nb", "a\0b"])("refuses %j in the subject", async (name) => {
    await expect(render({ ...good, name })).rejects.toThrow(/subject holds a line break/);
  });

  it("names every path that does not fit", async () => {
    const failed = render({ name: 1, link: "https://a.example.in", items: [{ sku: 2 }] });
    await expect(failed).rejects.toThrow(/name: .*id: .*items\[0\]\.sku: /);
    await expect(failed).rejects.toHaveProperty("name", "UnrenderableDelivery");
  });

  it("refuses an address that is none", async () => {
    await expect(render(good, "a@example.in, b@example.in")).rejects.toHaveProperty("name", "UnrenderableDelivery");
  });
});

function brokenRoute(name: string) {
  return routeOf(emailTemplate({ name, data: schema, subject: "{{nam}}", mjml: page("<mj-text>x</mj-text>"), text: "x" }));
}

describe("prepare", () => {
  it("reports the problems of all templates in one error", async () => {
    await expect(channelOf().prepare([brokenRoute("one"), brokenRoute("two"), route])).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_DEFINITION",
        problems: [expect.stringContaining("one, subject"), expect.stringContaining("two, subject")],
      }) as Error,
    );
  });
});

describe("chooseChain", () => {
  const mailroom = { send: "mailroom", live: true } as const;
  it.each<[string, Parameters<typeof chooseChain>[1], string]>([
    ["real sending is on", { ...mailroom, send: "live", allowList: [] }, "live"],
    ["real sending is off", { ...mailroom, allowList: [] }, "mailroom"],
    ["the address is allowed", { ...mailroom, allowList: ["ASHA@example.in"] }, "live"],
    ["the domain is allowed", { ...mailroom, allowList: ["@example.in"] }, "live"],
    ["another address is allowed", { ...mailroom, allowList: ["sha@example.in", "asha@example.in.evil"] }, "mailroom"],
    ["a part of the domain is allowed", { ...mailroom, allowList: ["@ample.in", "@in", "@sub.example.in"] }, "mailroom"],
    ["the address is allowed but nobody can send", { ...mailroom, live: false, allowList: ["asha@example.in"] }, "mailroom"],
  ])("when %s", (_, mode, chain) => expect(chooseChain("asha@example.in", mode)).toBe(chain));
});

describe("send", () => {
  const attempt = { deliveryId: "d_1", signal: new AbortController().signal, number: 1, progress: () => undefined };
  const message: EmailMessage = { from: { address: "a@example.in" }, to: "asha@example.in", subject: "s", html: "h", text: "t" };

  it("A9: goes to the mailroom unless real sending is on or the recipient is allowed", async () => {
    const [live, room] = [recorder("sendgrid"), recorder("sendgrid (mailroom)")];
    const { send } = channelOf({ live: [live], mailroom: [room], mode: { send: "mailroom", allowList: ["@team.example.in"] } });
    expect(await send(message, attempt)).toEqual({ outcome: { kind: "sent" }, provider: "sendgrid (mailroom)" });
    expect(await send({ ...message, to: "dev@team.example.in" }, attempt)).toEqual({ outcome: { kind: "sent" }, provider: "sendgrid" });
    expect([live.sent, room.sent]).toEqual([["dev@team.example.in"], ["asha@example.in"]]);
  });

  it("never falls back from real providers to the mailroom, nor the other way", async () => {
    const failing: Outcome = { kind: "retry", reason: "down" };
    const [live, room] = [recorder("sendgrid", failing), recorder("mailroom", failing)];
    const both = channelOf({ live: [live], mailroom: [room], mode: { send: "live", allowList: [] } });
    expect(await both.send(message, attempt)).toMatchObject({ outcome: failing, provider: "sendgrid" });
    expect(room.sent).toEqual([]);
    const off = channelOf({ live: [live], mailroom: [room], mode: { send: "mailroom", allowList: [] } });
    expect(await off.send(message, attempt)).toMatchObject({ outcome: failing, provider: "mailroom" });
    expect(live.sent).toHaveLength(1);
  });

  it("closes all providers", async () => {
    const [live, room] = [recorder("live"), recorder("room")];
    await channelOf({ live: [live], mailroom: [room] }).close();
    expect([live.sent, room.sent]).toEqual([["closed"], ["closed"]]);
  });
});

it("refuses what cannot work, all at once", () => {
  const broken = { from: { address: "shop", name: "a\nb" }, mode: { send: "live", allowList: [] } } as const;
  expect(() => channelOf(broken)).toThrow(
    expect.objectContaining({
      code: "INVALID_CONFIGURATION",
      problems: [expect.stringContaining("from"), expect.stringContaining("line break"), expect.stringContaining("no provider has keys")],
    }) as Error,
  );
});
