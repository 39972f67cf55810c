import { beforeAll, describe, expect, it } from "vitest";
import { emailChannel } from "../../src/channels/email.ts";
import { linkTokens } from "../../src/channels/link-tokens.ts";
import { readerLinks } from "../../src/channels/reader-links.ts";
import { smsSegments } from "../../src/channels/sms-segments.ts";
import { compileTexts, type TextTemplate } from "../../src/channels/text-content.ts";
import type { ChannelName } from "../../src/define/channel-name.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { EmailMessage } from "../../src/define/message.ts";
import { type AnyRoute, isMessageRoute } from "../../src/define/route.ts";
import type { Subscriber } from "../../src/index.ts";
import { businesses } from "../../subscribers/_templates/layout.ts";
import { orderStatusWords } from "../../subscribers/_templates/order-status-words.ts";
import { deliveriesOf, exampleOf, subscriberCalled, subscribers } from "../support/reference-domain.ts";

/** A message for the first recipient of a topic's example, by the names of subscriber and route. */
async function deliveryOf(subscriber: Subscriber, route: AnyRoute, changes: object = {}): Promise<Delivery> {
  const deliveries = await deliveriesOf(subscriber, exampleOf(subscriber.topics[0]!, changes));
  return deliveries.find((delivery) => delivery.route === route.identity)!;
}

const on = (channel: ChannelName): (readonly [title: string, Subscriber, AnyRoute])[] =>
  subscribers.flatMap((subscriber) =>
    subscriber.routes
      .filter((route) => route.channel === channel)
      .map((route) => [`${subscriber.name}/${route.name}`, subscriber, route] as const),
  );

const channel = emailChannel({
  from: { address: "hello@example.in", name: "Kirana & Co." },
  mailroom: [{ name: "mailroom", send: async () => ({ kind: "sent" }), close: async () => undefined }],
  mode: { send: "mailroom", allowList: [] },
  links: readerLinks(linkTokens(["a secret of the tests that is long enough"], "busbar"), "https://hooks.example.in"),
});
beforeAll(() => channel.prepare(subscribers.flatMap(({ routes }) => routes)));

async function mailOf(name: string, changes: object = {}): Promise<EmailMessage> {
  const subscriber = subscriberCalled(name);
  const route = subscriber.routes.find((each) => each.channel === "email")!;
  return channel.render(route, await deliveryOf(subscriber, route, changes));
}

async function textsOf(subscriber: Subscriber, route: AnyRoute, changes: object = {}) {
  const compiled = await compileTexts((isMessageRoute(route) ? route.template : undefined) as TextTemplate);
  if ("problems" in compiled) throw new Error(compiled.problems.join("\n"));
  const { data } = await deliveryOf(subscriber, route, changes);
  return { texts: compiled.fill(data), parameters: compiled.parameters(data) };
}

/** The light that a colour's channel gives, from 0 to 1 (WCAG 2, relative luminance). */
function lightOf(hex: string): number {
  const share = Number.parseInt(hex, 16) / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

it.each([...on("email"), ...on("sms"), ...on("whatsapp"), ...on("push")].map(([title, , route]) => [title, route.channel, route] as const))(
  "%s by %s has an example that it can be shown with",
  (_, __, route) => {
    expect(isMessageRoute(route) && route.template.example).toBeTypeOf("object");
  },
);

describe("A7, D1, E1: the mails of the reference domain", () => {
  it.each(on("email").map(([title, subscriber]) => [title, subscriber.name]))(
    "%s reads well in the dark, on a phone, in an inbox and as plain text, and fits the limit of Gmail",
    async (_, name) => {
      const { subject, html, text } = await mailOf(name);
      expect(subject.length).toBeLessThanOrEqual(60);
      expect(html).toContain('<meta name="color-scheme" content="light dark"');
      expect(html).toContain("prefers-color-scheme: dark");
      expect(html).toContain("max-width: 480px");
      expect(html).toContain("display:none");
      expect(html).toMatch(/lang="en"/);
      expect(Buffer.byteLength(html)).toBeLessThan(102 * 1024);
      expect(`${subject}${html}${text}`).not.toMatch(/\{\{|undefined|\[object|NaN|Invalid Date/);
      expect(text).not.toMatch(/<[a-z]|&[a-z#0-9]+;/);
      expect(html).not.toMatch(/https?:\/\/(?!(shop|vote|wallet|hooks)\.example\.in)(?!www\.w3\.org)/);
      // What the button opens can be opened from the plain text too.
      const [, button] = /\shref="(https:[^"]+)"/.exec(html) ?? [];
      expect(text).toContain(button ?? "a button");
      expect(text).toMatch(
        /\n-- \n.+\nYou get this because .+\.\nQuestions\? Just reply to this e-mail\.\n(Unsubscribe .+\nChoose .+\n)?$/,
      );
    },
  );

  it("white words can be read on the colour of each business", () => {
    for (const { name, accent } of Object.values(businesses)) {
      const [red, green, blue] = [1, 3, 5].map((from) => lightOf(accent.slice(from, from + 2)));
      const contrast = 1.05 / (0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05);
      expect([name, contrast >= 4.5]).toEqual([name, true]);
    }
  });

  it.each([
    ["vote-confirmation", { to: "rohan.kulkarni@example.in", subject: "Your vote for Meera Nair counts" }, ["12,408", "No. 7"]],
    ["progress-update", { to: "aarav.menon.1@example.in", subject: "Meera Nair has passed 12,500 votes" }, ["Aarav", "15,000"]],
    ["rank-update", { to: "aarav.menon.1@example.in", subject: "Meera Nair climbs to number 6" }, ["climbed from number 7", "12,611"]],
    [
      "reward-delivery",
      { to: "rohan.kulkarni@example.in", subject: "Your reward: ₹250 bookshop voucher" },
      ["READ-7Q2M-250", "31 December 2025"],
    ],
    ["referral-join", { to: "rohan.kulkarni@example.in", subject: "Ananya joined with your invitation" }, ["Rohan", "9"]],
    [
      "referral-milestone",
      { to: "rohan.kulkarni@example.in", subject: "You have reached Silver" },
      ["two seats at the semi-final", "Gold, with 25 friends"],
    ],
    ["welcome", { to: "ananya.deshpande@example.in", subject: "Welcome to Pageant, Ananya" }, ["ANANYA-4F7"]],
    ["password-reset", { to: "asha.iyer@example.in", subject: "Choose a new password" }, ["30 minutes", "Chrome on Android, Bengaluru"]],
    [
      "order-confirmation",
      { to: "asha.iyer@example.in", subject: "Order KR-48213 is confirmed" },
      ["₹850", "₹2,398", "To pay on delivery", "Bengaluru 560003"],
    ],
    ["order-status", { to: "asha.iyer@example.in", subject: "Order KR-48213 is on its way" }, ["Delhivery", "1490821003317"]],
    [
      "refund-confirmation",
      { to: "asha.iyer@example.in", subject: "₹1,499 refunded for order KR-48213" },
      ["UPI ash•••@okicici", "29 October 2025"],
    ],
    ["cashback-confirmed", { to: "kavya.reddy@example.in", subject: "₹184.50 cashback is yours" }, ["Tarang Electronics", "₹1,568.50"]],
    [
      "withdrawal-requested",
      { to: "kavya.reddy@example.in", subject: "We have your request for ₹1,250" },
      ["kav•••@okhdfcbank", "20 October 2025"],
    ],
    [
      "withdrawal-processed",
      { to: "kavya.reddy@example.in", subject: "₹1,250 is on its way to you" },
      ["kav•••@okhdfcbank", "529118204417", "₹318.50"],
    ],
    [
      "withdrawal-rejected",
      { to: "imran.sheikh@example.in", subject: "Your withdrawal of ₹2,000 could not be paid" },
      ["the bank account is in another name", "₹2,340"],
    ],
    [
      "low-stock-alert",
      { to: "stock.bengaluru@example.in", subject: "Low stock: Assam second flush tea, 500 g (8 left)" },
      ["TEA-ASM-500", "25"],
    ],
    [
      "download-ready",
      { to: "farah.qureshi@example.in", subject: "Ready: Sales, 1–17 October 2025" },
      ["17", "412 bytes", "25 October 2025"],
    ],
  ])("%s says what its reader needs, in both parts", async (name, head, words) => {
    const mail = await mailOf(name);
    expect(mail).toMatchObject(head);
    for (const part of [mail.html, mail.text]) for (const word of words) expect(part).toContain(word);
  });

  it("the table above has every mail", () => {
    expect(on("email")).toHaveLength(17);
  });

  it("what may be missing leaves no gap", async () => {
    const [progress, milestone, reset, status] = await Promise.all([
      mailOf("progress-update", { next: undefined }),
      mailOf("referral-milestone", { next: undefined }),
      mailOf("password-reset", { device: undefined, validMinutes: 60 }),
      mailOf("order-status", { parcel: null }),
    ]);
    for (const part of [progress.html, progress.text]) expect(part).not.toContain("Next mark");
    for (const part of [milestone.html, milestone.text]) expect(part).not.toMatch(/>Next<|Next:/);
    for (const part of [reset.html, reset.text]) expect(part).not.toContain("Asked for on");
    for (const part of [status.html, status.text]) expect(part).not.toContain("Courier");
    expect(reset.text).toContain("1 hour");
    for (const { text } of [progress, milestone, reset, status]) expect(text).not.toContain("\n\n\n");
  });

  it("the order confirmation of a prepaid order asks for no money", async () => {
    const { html, text } = await mailOf("order-confirmation", { paymentMethod: "prepaid", shipping: 0 });
    for (const part of [html, text]) {
      expect(part).not.toContain("pay on delivery");
      expect(part).toContain("Free");
    }
  });

  it("whoever need not get a mail finds the way out in both of its parts, and in its headers; no other mail speaks of one", async () => {
    const optional = new Set(["progress-update", "rank-update", "referral-join", "referral-milestone"]);
    for (const [, { name }] of on("email")) {
      const { html, text, headers } = await mailOf(name);
      const [url] = /https:\/\/hooks\.example\.in\/unsubscribe\/[\w-]+/.exec(text) ?? [];
      expect(url !== undefined, name).toBe(optional.has(name));
      expect(headers, name).toEqual(
        url === undefined ? undefined : { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
      );
      for (const part of [html, text]) expect(part.includes("hooks.example.in/preferences/"), name).toBe(url !== undefined);
      expect(html.includes('href="https://hooks.example.in/unsubscribe/'), name).toBe(url !== undefined);
    }
  });

  it("a rank that fell is told as what it is", async () => {
    const { subject, text } = await mailOf("rank-update", { rank: 9, before: 7 });
    expect(subject).toBe("Meera Nair slips to number 9");
    expect(text).toContain("has slipped from number 7 to number 9");
  });

  it("every status that customers hear of makes a sentence", async () => {
    const heard = Object.keys(orderStatusWords).filter((status) => status !== "packed");
    const subjects = await Promise.all(heard.map(async (status) => (await mailOf("order-status", { status })).subject));
    expect(subjects).toEqual(
      ["is on its way", "arrives today", "was delivered", "is cancelled", "came back to us"].map((state) => `Order KR-48213 ${state}`),
    );
  });

  it("counts have Indian digits, and a bank transfer is no UPI payment", async () => {
    const model = { id: "m", name: "Meera Nair", votes: 1_24_080, rank: 2, url: "https://vote.example.in/m" };
    expect((await mailOf("vote-confirmation", { model })).text).toContain("1,24,080");
    expect((await mailOf("withdrawal-processed", { method: "bank" })).text).toContain("Bank account: ");
  });
});

describe("A8: the texts of the reference domain", () => {
  const sms: Readonly<Record<string, string>> = {
    "cashback-credited": "Wapas: Rs 184.50 cashback from Tarang Electronics is in your wallet. Balance: Rs 1,568.50.",
    "order-confirmation":
      "Kirana & Co.: order KR-48213 is confirmed. Keep Rs 2,398 ready for the courier. https://shop.example.in/orders/KR-48213",
    otp: "482913 is your code for logging in to Wapas. Valid for 5 minutes. Do not share it.",
    "refund-confirmation": "Kirana & Co.: we have refunded Rs 1,499 for order KR-48213. It reaches you by 29 Oct.",
    "withdrawal-processed": "Wapas: Rs 1,250 is paid to your UPI. Bank reference (UTR): 529118204417.",
    "withdrawal-rejected":
      "Wapas: your withdrawal of Rs 2,000 could not be paid: the bank account is in another name. The money is back in your wallet.",
  };

  it("has every SMS in the table below", () => {
    expect(on("sms").map(([, { name }]) => name)).toEqual(Object.keys(sms));
  });

  it.each(on("sms"))("%s fits one segment of GSM-7", async (_, subscriber, route) => {
    const { texts } = await textsOf(subscriber, route);
    expect(texts).toEqual({ text: sms[subscriber.name] });
    expect(smsSegments(texts["text"]!)).toMatchObject({ encoding: "GSM-7", segments: 1, units: sms[subscriber.name]!.length });
  });

  it("the minutes in the text of a code are those after which it is not sent any more", async () => {
    const otp = subscriberCalled("otp");
    const { expiresAt, event } = await deliveryOf(otp, otp.routes[0]!);
    const { texts } = await textsOf(otp, otp.routes[0]!, { purpose: "payment" });
    expect(texts["text"]).toContain("a payment with Wapas");
    const minutes = `${(expiresAt! - Date.parse(event.time)) / 60_000} minutes`;
    expect(texts["text"]).toContain(minutes);
    expect((await textsOf(otp, otp.routes[1]!)).texts["body"]).toContain(minutes);
  });

  it("a prepaid order is texted as paid", async () => {
    const subscriber = subscriberCalled("order-confirmation");
    const { texts } = await textsOf(
      subscriber,
      subscriber.routes.find(({ channel: name }) => name === "sms")!,
      { paymentMethod: "prepaid" },
    );
    expect(texts["text"]).toContain("Rs 2,398 paid.");
  });
});

describe("B3: the WhatsApp templates of the reference domain", () => {
  const parameters: Readonly<Record<string, readonly string[]>> = {
    "order-confirmation/whatsapp": ["name=Asha", "orderId=KR-48213", "total=₹2,398", "url=https://shop.example.in/orders/KR-48213"],
    "order-confirmation/cod-confirmation": ["name=Asha", "orderId=KR-48213", "total=₹2,398", "place=Bengaluru 560003"],
    "otp/whatsapp": ["purpose=logging in to Wapas", "code=482913"],
  };

  it.each(on("whatsapp"))("%s has its parameters, in the order of its approved text", async (title, subscriber, route) => {
    const made = await textsOf(subscriber, route);
    expect(made.parameters.map(({ name, value }) => `${name}=${value}`)).toEqual(parameters[title]);
    for (const { value } of made.parameters) expect(made.texts["body"]).toContain(value);
  });

  it("has every WhatsApp message in the table above", () => {
    expect(on("whatsapp").map(([title]) => title)).toEqual(Object.keys(parameters));
  });
});

describe("A14: the pushes of the reference domain", () => {
  const pushes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "order-status": {
      title: "Your order is on its way",
      body: "KR-48213: It has left our warehouse.",
      link: "https://shop.example.in/orders/KR-48213",
    },
    "rank-update": {
      title: "Meera Nair is now number 6",
      body: "Up from number 7, with 12,611 votes.",
      link: "https://vote.example.in/models/meera-nair",
    },
    "withdrawal-processed": {
      title: "₹1,250 paid out",
      body: "To kav•••@okhdfcbank. Bank reference (UTR): 529118204417.",
      link: "https://wallet.example.in/withdrawals/WD-90311",
    },
  };

  it.each(on("push"))("%s says it in a line, and opens the page", async (_, subscriber, route) => {
    expect((await textsOf(subscriber, route)).texts).toEqual(pushes[subscriber.name]);
  });

  it("has every push in the table above", () => {
    expect(on("push").map(([, { name }]) => name)).toEqual(Object.keys(pushes));
  });
});
