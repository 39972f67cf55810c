import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { EventView } from "../../src/dashboard/event-view.ts";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import { type Server, startServer } from "../../src/server/server.ts";
import { type Bus, createBus, defineSubscriber, emailTemplate } from "../../src/index.ts";
import { observed, orderPlaced, receipt } from "../support/line.ts";
import { messageBy } from "../support/mailroom-messages.ts";
import { webhookReceiver } from "../support/receiver.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const nasty = `<script>alert("x")</script>`;

/** A team's own template may hold what it likes: the page has to stand it. */
const noteEmail = emailTemplate({
  name: "note",
  data: z.object({ note: z.string() }),
  subject: "Note {{note}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{note}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "{{note}}",
});
const note = defineSubscriber(orderPlaced, {
  name: "note",
  deliver: ({ email }) => [
    email({
      when: ({ data }) => data.note !== undefined,
      to: ({ data }) => data.email,
      template: noteEmail,
      data: ({ data }) => ({ note: data.note ?? "" }),
    }),
  ],
});

interface ServedFeed {
  readonly working: boolean;
  readonly events: readonly EventView[];
  readonly queues: Record<string, Record<string, number>>;
  readonly control: readonly { name: string; paused: boolean; pausedBy?: { by: string } }[];
  readonly open: boolean;
  readonly inbox: {
    received: number;
    messages: readonly { id: string; subject: string; deliveryId?: string; to: string[]; told?: string; callbacks?: number }[];
  } | null;
}

let mailroom: Mailroom;
let server: Server;
let bus: Bus<{ orderPlaced: typeof orderPlaced }>;

beforeAll(async () => {
  mailroom = await startMailroom();
  bus = createBus({
    application: "test",
    topics: { orderPlaced },
    subscribers: [receipt, note],
    redis: url,
    prefix,
    channels: { email: { from: "shop@example.com", rateLimit: false } },
    send: { mailroom },
  });
  await bus.start();
  const { inbox, callbacks, faults } = mailroom;
  server = await startServer({ bus, inbox, callbacks, faults, live: false, port: 0 });
});
afterAll(async () => {
  await server.stop();
  await bus.stop();
  await mailroom.stop();
});

/** The feed, when it is new enough to know what a test has waited for. */
async function feedWith(known: (feed: ServedFeed) => boolean): Promise<ServedFeed> {
  return vi.waitFor(async () => {
    const feed = (await (await fetch(`${server.url}/feed`)).json()) as ServedFeed;
    expect(known(feed)).toBe(true);
    return feed;
  }, 10_000);
}

/** Publishes, and returns the event as the feed shows it when all its deliveries are sent. */
async function published(payload: { orderId: string; email: string; note?: string }): Promise<{ event: EventView; feed: ServedFeed }> {
  const sent = observed(bus, "sent", payload.note === undefined ? 1 : 2);
  const { id } = await bus.publishEvent.orderPlaced(payload);
  await sent;
  const eventIn = (feed: ServedFeed): EventView | undefined => feed.events.find((event) => event.id === id);
  const feed = await feedWith((latest) => eventIn(latest)?.subscribers?.every(({ read }) => read) === true);
  return { event: eventIn(feed)!, feed };
}

const smsIn = ({ control }: ServedFeed) => control.find(({ name }) => name === "sms");

describe("the feed", () => {
  it("shows a published event with its subscribers, its sent delivery and the message", async () => {
    const { event, feed } = await published({ orderId: "A-1", email: "asha@example.com" });
    expect(event).toMatchObject({ type: "order.placed", key: "A-1", payload: expect.stringContaining('"orderId": "A-1"') });
    expect(event.subscribers).toMatchObject([
      { name: "note", read: true, deliveries: [] },
      { name: "receipt", read: true, deliveries: [{ channel: "email", route: "email", state: "sent", steps: [{ step: "sent" }] }] },
    ]);
    const { id: deliveryId } = event.subscribers!.at(-1)!.deliveries[0]!;
    const message = feed.inbox!.messages.find((one) => one.deliveryId === deliveryId);
    expect(message).toMatchObject({ subject: "Order A-1", to: ["asha@example.com"] });
    expect(feed.working).toBe(true);
    expect(feed.queues["email"]).toMatchObject({ waiting: 0, dead: 0, completed: expect.any(Number) });

    const opened = await fetch(`${server.url}/messages/${message!.id}`);
    expect(await opened.json()).toMatchObject({
      subject: "Order A-1",
      text: expect.stringContaining("Order A-1"),
      deliveryId,
      hasHtml: true,
    });
  });

  it("an SMS is listed by how it begins, and opened with what it costs", async () => {
    const account = `AC${"0".repeat(32)}`;
    const { ok } = await fetch(`${mailroom.url}/2010-04-01/Accounts/${account}/Messages.json`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${account}:secret`).toString("base64")}` },
      body: new URLSearchParams({ To: "+919845012345", From: "KIRANA", Body: `${nasty} 482913` }),
    });
    expect(ok).toBe(true);
    const listed = mailroom.inbox.list()[0]!;
    expect(listed).toMatchObject({ provider: "twilio", excerpt: `${nasty} 482913` });
    expect(await (await fetch(`${server.url}/messages/${listed.id}`)).json()).toMatchObject({
      to: ["+919845012345"],
      text: `${nasty} 482913`,
      cost: { segments: 1, encoding: "GSM-7", units: 34, left: 126 },
      hasHtml: false,
    });
  });

  it("E2: shows what is paused, by whom, and whether the page may change it", async () => {
    await bus.channels.pause("sms", { actor: "asha" });
    const feed = await feedWith((latest) => smsIn(latest)?.paused === true);
    await bus.channels.resume("sms");
    expect(smsIn(feed)).toMatchObject({ paused: true, pausedBy: { by: "asha" }, concurrency: 5 });
    // Its API asks for keys, or there is none.
    expect(feed.open).toBe(false);
  });

  it("shows a dead delivery with its reason", async () => {
    const dead = observed(bus, "dead");
    const { id } = await bus.publishEvent.orderPlaced({ orderId: "A-2", email: "nobody" });
    await dead;
    const feed = await feedWith(({ events }) => events.find((event) => event.id === id)?.subscribers?.every(({ read }) => read) === true);
    const receiptView = feed.events.find((event) => event.id === id)!.subscribers!.find(({ name }) => name === "receipt");
    expect(receiptView!.deliveries).toMatchObject([{ state: "dead", reason: expect.stringContaining("nobody") }]);
  });

  it("answers 304 while nothing has changed", async () => {
    const first = await fetch(`${server.url}/feed`);
    const again = await fetch(`${server.url}/feed`, { headers: { "if-none-match": first.headers.get("etag")! } });
    expect(again.status).toBe(304);
  });

  it("says that there is no mailroom where none runs", async () => {
    const without = await startServer({ bus, port: 0 });
    const feed = (await (await fetch(`${without.url}/feed`)).json()) as ServedFeed;
    await without.stop();
    expect(feed.inbox).toBeNull();
  });

  it("says what is wrong when the bus cannot be read", async () => {
    const broken = await startServer({ bus: { ...bus, ready: () => Promise.reject(new Error("connection lost")) }, port: 0 });
    const response = await fetch(`${broken.url}/feed`);
    const body = await response.json();
    await broken.stop();
    expect(response.status).toBe(503);
    expect(body).toMatchObject({ status: 503, code: "FEED_UNREADABLE", detail: expect.stringContaining("connection lost") as string });
  });
});

describe("the inbox", () => {
  interface Listed {
    readonly messages: readonly { id: string; channel: string; to: string[] }[];
    readonly next?: string;
  }
  const listed = async (query: string): Promise<Listed> => (await (await fetch(`${server.url}/messages${query}`)).json()) as Listed;

  it("is searched by the server, by text and channel, a page at a time", async () => {
    await published({ orderId: "B-1", email: "meera@example.com" });
    await published({ orderId: "B-2", email: "meera@example.com" });
    const found = await listed("?search=MEERA&channel=email&limit=1");
    expect(found.messages).toMatchObject([{ channel: "email", to: ["meera@example.com"], subject: "Order B-2" }]);
    const older = await listed(`?search=meera&limit=1&before=${found.next}`);
    expect(older.messages).toMatchObject([{ subject: "Order B-1" }]);
    expect(older.next).toBeUndefined();
    expect((await listed("?search=meera&channel=sms")).messages).toEqual([]);
  });

  it("a question that it does not understand is answered with everything that is wrong", async () => {
    const response = await fetch(`${server.url}/messages?channel=pigeon&limit=0&colour=red`);
    expect([response.status, response.headers.get("content-type")]).toEqual([400, "application/problem+json; charset=utf-8"]);
    expect(await response.json()).toMatchObject({
      code: "INVALID_REQUEST",
      problems: [expect.stringContaining("colour"), expect.stringContaining("limit"), expect.stringContaining("pigeon")],
    });
  });

  it("a message says whose place the mailroom took", async () => {
    const response = await fetch(`${mailroom.url}/v3/mail/send`, {
      method: "POST",
      headers: { authorization: "Bearer SG.x", "content-type": "application/json", "x-busbar-instead-of": "sendgrid" },
      body: JSON.stringify({
        personalizations: [{ to: [{ email: "asha@example.com" }] }],
        from: { email: "shop@example.com" },
        subject: "Instead",
        content: [{ type: "text/plain", value: "Hello" }],
      }),
    });
    expect(response.status).toBe(202);
    const [{ id } = { id: "" }] = (await listed("?search=instead")).messages;
    expect(await (await fetch(`${server.url}/messages/${id}`)).json()).toMatchObject({ channel: "email", insteadOf: "sendgrid" });
  });

  it("is emptied, and the feed says so", async () => {
    await published({ orderId: "B-3", email: "meera@example.com" });
    expect((await fetch(`${server.url}/messages`, { method: "DELETE" })).status).toBe(204);
    expect((await listed("")).messages).toEqual([]);
    const { inbox } = await feedWith(({ inbox: shown }) => shown?.messages.length === 0);
    expect(inbox).toMatchObject({ held: 0, live: false, faults: [] });
  });
});

/** Asks the page's server to script a fault. */
function script(fault: object, headers: Record<string, string> = { "content-type": "application/json" }): Promise<Response> {
  return fetch(`${server.url}/faults`, { method: "POST", headers, body: JSON.stringify(fault) });
}

describe("the mailroom's faults", () => {
  interface Waiting {
    readonly id: string;
  }
  const waiting = async (): Promise<readonly Waiting[]> =>
    ((await (await fetch(`${server.url}/faults`)).json()) as { faults: readonly Waiting[] }).faults;
  afterEach(() => mailroom.faults.clear());

  it("are scripted, shown in the feed, and lifted one by one or all at once", async () => {
    const response = await script({ provider: "smtp", smtpCode: 451, times: 5, to: "@example.in" });
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as Waiting;
    const expected = { id, provider: "smtp", smtpCode: 451, times: 5, to: "@example.in", left: 5 };
    expect(await waiting()).toEqual([expected]);
    expect((await feedWith(() => true)).inbox).toMatchObject({ faults: [expected] });
    await script({ provider: "twilio", hang: true, times: "until-lifted" });
    expect(await waiting()).toMatchObject([expected, { provider: "twilio", left: "until-lifted" }]);

    expect((await fetch(`${server.url}/faults/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await fetch(`${server.url}/faults/${id}`, { method: "DELETE" })).status).toBe(404);
    expect(await waiting()).toHaveLength(1);
    expect((await fetch(`${server.url}/faults`, { method: "DELETE" })).status).toBe(204);
    expect(await waiting()).toEqual([]);
  });

  it("strike what the bus sends", async () => {
    await script({ provider: "sendgrid", status: 503 });
    const sent = observed(bus, "sent");
    await bus.publishEvent.orderPlaced({ orderId: "C-1", email: "asha@example.com" });
    await sent;
    expect(await waiting()).toEqual([]);
  });

  it("that make no sense are refused with everything that is wrong, and nothing is scripted", async () => {
    const response = await script({ provider: "smtp", status: 200, hang: true, retryAfter: "soon" });
    expect([response.status, response.headers.get("content-type")]).toEqual([400, "application/problem+json; charset=utf-8"]);
    const { problems } = (await response.json()) as { problems: readonly string[] };
    expect(problems.length).toBeGreaterThanOrEqual(4);
    expect((await script({ provider: "pigeon", hang: true })).status).toBe(400);
    expect(await waiting()).toEqual([]);
  });

  it("are not for other sites: neither by a form nor from their pages", async () => {
    expect((await script({ provider: "smtp", hang: true }, { "content-type": "text/plain" })).status).toBe(415);
    const origin = { "content-type": "application/json", origin: "https://elsewhere.example" };
    expect((await script({ provider: "smtp", hang: true }, origin)).status).toBe(403);
    for (const path of ["/faults", "/messages"]) {
      expect((await fetch(`${server.url}${path}`, { method: "DELETE", headers: { origin: origin.origin } })).status).toBe(403);
    }
    expect(await waiting()).toEqual([]);
  });
});

/** Asks the page's server to let a message's vendor call back. */
function tell(id: string, telling: object, headers: Record<string, string> = { "content-type": "application/json" }): Promise<Response> {
  return fetch(`${server.url}/messages/${id}/callbacks`, { method: "POST", headers, body: JSON.stringify(telling) });
}

describe("what the mailroom's vendors call back with", () => {
  afterEach(() => mailroom.callbacks.goTo(undefined));

  it("is told by the page's buttons, and shown with the message and in the feed", async () => {
    const receiver = await webhookReceiver();
    mailroom.callbacks.goTo(`http://127.0.0.1:${receiver.port}/callbacks`);
    const { id } = await messageBy(mailroom, "sendgrid");
    const opened = (await (await fetch(`${server.url}/messages/${id}`)).json()) as object;
    expect(opened).toMatchObject({ callbacks: [], tellable: { statuses: expect.arrayContaining(["delivered"]), answers: false } });

    for (const telling of [{ status: "read" }, { status: "delivered" }, { status: "bounced", as: "forged" }]) {
      const response = await tell(id, telling);
      expect([response.status, await response.json()]).toMatchObject([202, { callbacks: expect.any(Array) }]);
    }
    // What was forged says nothing of the message.
    const { inbox } = await feedWith(({ inbox: shown }) => shown?.messages.find((one) => one.id === id)?.callbacks === 9);
    expect(inbox!.messages.find((one) => one.id === id)).toMatchObject({ told: "read" });
    const shown = (await (await fetch(`${server.url}/messages/${id}/callbacks`)).json()) as {
      callbacks: { says: string; state: string }[];
    };
    expect(shown.callbacks.map(({ says, state }) => `${says} ${state}`).toSorted()).toEqual([
      "bounce taken",
      "delivered taken",
      "open taken",
    ]);
  });

  it("cannot be told wrongly, nor by other sites, nor of what is not held", async () => {
    const { id } = await messageBy(mailroom, "twilio");
    const wrong = await tell(id, { status: "read", times: 0 });
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { code: "INVALID_REQUEST", problems: [expect.stringContaining("not read"), expect.stringContaining("times")] },
    ]);
    expect((await (await tell(id, { status: "delivered" })).json()) as object).toMatchObject({
      problems: ["nobody has said where callbacks go"],
    });
    expect((await tell(id, [])).status).toBe(400);
    expect((await tell(id, { status: "delivered" }, { "content-type": "text/plain" })).status).toBe(415);
    const origin = { "content-type": "application/json", origin: "https://elsewhere.example" };
    expect((await tell(id, { status: "delivered" }, origin)).status).toBe(403);
    expect((await tell("none", { status: "delivered" })).status).toBe(404);
    expect((await fetch(`${server.url}/messages/none/callbacks`)).status).toBe(404);
    expect(mailroom.callbacks.of(id)).toEqual([]);
  });
});

describe("what comes from outside is inert", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("an event whose payload and a message whose subject hold a script become text", async () => {
    const { event, feed } = await published({ orderId: nasty, email: "mallory@example.com", note: nasty });
    expect(event.payload).toContain("<script>");
    const message = feed.inbox!.messages.find(({ subject }) => subject.startsWith("Note"))!;
    expect(message.subject).toContain("<script>");

    vi.stubGlobal("document", { createElement: recordedElement });
    const { phoneOf } = await pageModule<{ phoneOf: (message: object) => Recorded }>("phone.js");
    const chat = { text: nasty, from: nasty, at: event.time, whatsapp: { template: nasty, parameters: [{ name: nasty, value: nasty }] } };
    const phones = [{ channel: "sms" }, { channel: "whatsapp" }, { channel: "push", push: { title: nasty, body: nasty, link: nasty } }];
    const screens = phones.map((one) => phoneOf({ ...chat, ...one })).flatMap(everything);
    expect(screens.filter((one) => typeof one === "string" && one.includes("<script>"))).toHaveLength(2 + 5 + 3);
    expect(screens.filter((one) => typeof one !== "string" && !["div", "p", "time", "dl", "dt", "dd"].includes(one.tag))).toEqual([]);

    const { eventCard } = await pageModule<{ eventCard: (event: object) => Recorded }>("events.js");
    const { messageItem } = await pageModule<{ messageItem: (message: object) => Recorded }>("messages.js");
    const shown = [eventCard({ ...event, messageOf: {} }), messageItem(message)].flatMap(everything);
    const tags = shown.flatMap((one) => (typeof one === "string" ? [] : [one.tag]));
    expect(tags).toContain("pre");
    expect(tags).not.toContain("script");
    expect(shown.filter((one) => typeof one === "string" && one.includes("<script>"))).toHaveLength(3);
  });

  it("the feed is JSON that no browser takes for a page", async () => {
    const { headers } = await fetch(`${server.url}/feed`);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it("a message's HTML is served in a sandbox without scripts, forms or anything from elsewhere", async () => {
    const { feed } = await published({ orderId: "A-3", email: "asha@example.com" });
    const response = await fetch(`${server.url}/messages/${feed.inbox!.messages[0]!.id}/html`);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await response.text()).toContain("Order A-3");
    const policy = policyOf(response);
    expect(policy["default-src"]).toBe("'none'");
    expect(policy["script-src"]).toBeUndefined();
    expect(policy["sandbox"]).not.toMatch(/allow-(scripts|same-origin|forms|top-navigation)/);
    expect(policy["img-src"]).toBe("data:");
    expect(policy["form-action"]).toBe("'none'");
  });

  it("a message that is not held is a 404", async () => {
    for (const path of ["/messages/none", "/messages/none/html", "/messages/__proto__"]) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(404);
    }
  });
});

describe("the page", () => {
  it("is served whole: each file that it names is there, from this server", async () => {
    const page = await fetch(`${server.url}/`);
    const html = await page.text();
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const named = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1]!);
    expect(named).toContain("/page.js");
    const files = await Promise.all(named.map((path) => fetch(new URL(path, server.url))));
    expect(files.map(({ status }) => status)).toEqual(named.map(() => 200));
    expect(files.every((file) => file.url.startsWith(server.url))).toBe(true);
    expect(html).toContain("<noscript>");
  });

  it("each module imports only modules that are served, and writes no HTML", async () => {
    const seen = new Set(["/page.js"]);
    for (const path of seen) {
      const response = await fetch(`${server.url}${path}`);
      expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      const code = await response.text();
      expect(code).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|setHTML|\beval\b|new Function/);
      for (const match of code.matchAll(/from "\.(\/[\w.-]+)"/g)) seen.add(match[1]!);
    }
    expect(seen.size).toBeGreaterThan(3);
  });

  it("runs under a policy that forbids inline scripts and framing, and holds none itself", async () => {
    const page = await fetch(`${server.url}/`);
    const policy = policyOf(page);
    expect(policy["default-src"]).toBe("'self'");
    expect(policy["frame-ancestors"]).toBe("'none'");
    expect(JSON.stringify(policy)).not.toContain("unsafe");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
  });
});

function policyOf(response: Response): Readonly<Record<string, string>> {
  const directives = (response.headers.get("content-security-policy") ?? "").split("; ").map((directive) => directive.split(" "));
  return Object.fromEntries(directives.map(([name = "", ...values]) => [name, values.join(" ")]));
}

/** A module of the page, as the browser would run it. */
async function pageModule<Module>(name: string): Promise<Module> {
  return (await import(new URL(`../../src/dashboard/page/${name}`, import.meta.url).href)) as Module;
}

/** An element that remembers what it was given; it has no way to take HTML. */
interface Recorded {
  readonly tag: string;
  readonly children: (Recorded | string)[];
  setAttribute(name: string, value: string): void;
  append(...children: (Recorded | string)[]): void;
}

function recordedElement(tag: string): Recorded {
  const children: (Recorded | string)[] = [];
  return Object.freeze({
    tag,
    children,
    setAttribute: () => undefined,
    append: (...more: (Recorded | string)[]) => void children.push(...more),
  });
}

function everything(one: Recorded | string): (Recorded | string)[] {
  return typeof one === "string" ? [one] : [one, ...one.children.flatMap(everything)];
}
