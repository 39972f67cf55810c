import { beforeAll, describe, expect, it } from "vitest";
import { emailChannel } from "../../src/channels/email.ts";
import { catalogOf } from "../../src/define/catalog.ts";
import type { EmailMessage } from "../../src/define/message.ts";
import { plan } from "../../src/router/plan.ts";
import type { BusEvent } from "../../src/index.ts";
import orderConfirmation from "../../subscribers/order-confirmation.ts";
import voteConfirmation from "../../subscribers/vote-confirmation.ts";
import withdrawalProcessed from "../../subscribers/withdrawal-processed.ts";
import * as topics from "../../topics/index.ts";

const subscribers = [orderConfirmation, voteConfirmation, withdrawalProcessed];
const channel = emailChannel({
  from: { address: "hello@example.in", name: "Kirana & Co." },
  mailroom: [{ name: "mailroom", send: async () => ({ kind: "sent" }), close: async () => undefined }],
  mode: { send: "mailroom", allowList: [] },
});
beforeAll(() => channel.prepare(subscribers.flatMap(({ routes }) => routes)));

async function mailOf(subscriber: (typeof subscribers)[number], change: object = {}): Promise<EmailMessage> {
  const [topic] = subscriber.topics;
  const [route] = subscriber.routes;
  const event = { id: "e", type: topic!.name, time: "2025-01-01T00:00:00.000Z", data: { ...topic!.example, ...change } } as BusEvent;
  const [delivery] = plan(subscriber, event, { application: "test" }).deliveries;
  return channel.render(route!, delivery!);
}

it("topics and subscribers of this repository fit together", () => {
  expect(catalogOf(topics, subscribers).topics).toHaveLength(Object.keys(topics).length);
});

it.each(subscribers.map((subscriber) => [subscriber.name, subscriber] as const))(
  "%s has an example of its topic, a description, and a key",
  (_, { topics: [topic], description }) => {
    expect(topic!.description).toMatch(/\.$/);
    expect(description).toMatch(/\.$/);
    expect(topic!.key!(topic!.example)).toEqual(expect.any(String));
  },
);

describe("A7, D1, E1: the mails of the reference domain", () => {
  it("the order confirmation lists the items, the sum and the address", async () => {
    const { to, subject, html, text } = await mailOf(orderConfirmation);
    expect(to).toBe("asha.iyer@example.in");
    expect(subject).toBe("Order KR-48213 is confirmed");
    for (const part of [html, text]) {
      expect(part).toContain("₹850");
      expect(part).toContain("₹2,398");
      expect(part).toContain("To pay on delivery");
      expect(part).toContain("Bengaluru 560003");
      expect(part).toContain("https://shop.example.in/orders/KR-48213");
    }
    expect(html).toContain("Thank you, Asha");
  });

  it("the order confirmation of a prepaid order asks for no money", async () => {
    const { html, text } = await mailOf(orderConfirmation, { paymentMethod: "prepaid", shipping: 0 });
    for (const part of [html, text]) {
      expect(part).not.toContain("pay on delivery");
      expect(part).toContain("Free");
    }
  });

  it("the vote confirmation says where the model stands, in Indian digits", async () => {
    const { to, subject, text } = await mailOf(voteConfirmation, {
      model: { id: "m", name: "Meera Nair", votes: 1_24_080, rank: 2, url: "https://vote.example.in/m" },
    });
    expect(to).toBe("rohan.kulkarni@example.in");
    expect(subject).toBe("Your vote for Meera Nair counts");
    expect(text).toContain("1,24,080");
  });

  it("the withdrawal mail carries amount, account and the bank's reference", async () => {
    const { subject, text, html } = await mailOf(withdrawalProcessed);
    expect(subject).toBe("₹1,250 is on its way to you");
    expect(text).toContain("UPI: kav•••@okhdfcbank");
    expect(html).toContain("529118204417");
    expect((await mailOf(withdrawalProcessed, { method: "bank" })).text).toContain("Bank account: ");
  });

  it.each(subscribers.map((subscriber) => [subscriber.name, subscriber] as const))(
    "%s reads well in the dark, on a phone and in an inbox, and fits the limit of Gmail",
    async (_, subscriber) => {
      const { html, text } = await mailOf(subscriber);
      expect(html).toContain('<meta name="color-scheme" content="light dark"');
      expect(html).toContain("prefers-color-scheme: dark");
      expect(html).toContain("max-width: 480px");
      expect(html).toContain("display:none");
      expect(html).toMatch(/lang="en"/);
      expect(Buffer.byteLength(html)).toBeLessThan(102 * 1024);
      expect(`${html}${text}`).not.toMatch(/\{\{|undefined|\[object|NaN/);
      expect(text).not.toMatch(/<[a-z]|&[a-z#0-9]+;/);
      expect(html).not.toMatch(/https?:\/\/(?!(shop|vote|wallet)\.example\.in)(?!www\.w3\.org)/);
    },
  );
});
