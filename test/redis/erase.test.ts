import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import type { EmailMessage } from "../../src/define/message.ts";
import { createBus, defineSubscriber, defineTopic, emailTemplate, pii } from "../../src/index.ts";
import type { Provider } from "../../src/providers/index.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { busesOf } from "../support/buses.ts";
import { everythingIn } from "../support/everything-in-redis.ts";
import { observed } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const keep = busesOf();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const subject = "customer.id";
const topic = defineTopic(
  "parcel.sent",
  z.object({
    parcel: z.string(),
    customer: z.object({ id: z.string(), name: pii(z.string(), { subject }), email: pii(z.email(), { subject }) }),
  }),
  { key: ({ parcel }) => parcel, index: ["parcel", "customer.email"] },
);
const mail = emailTemplate({
  name: "sent",
  data: z.object({ name: z.string() }),
  subject: "Sent",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{name}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "{{name}}",
});
const confirmation = defineSubscriber(topic, {
  name: "confirmation",
  deliver: ({ email }) => [
    email({ to: ({ data }) => data.customer.email, template: mail, data: ({ data }) => ({ name: data.customer.name }) }),
    email({
      name: "later",
      delay: "1h",
      to: ({ data }) => data.customer.email,
      template: mail,
      data: ({ data }) => ({ name: data.customer.name }),
    }),
  ],
});

const asha = { parcel: "P-1", customer: { id: "c-asha", name: "Asha Iyer", email: "asha.iyer@example.in" } };
const rohan = { parcel: "P-2", customer: { id: "c-rohan", name: "Rohan Kulkarni", email: "rohan@example.in" } };
const messages: EmailMessage[] = [];
const provider: Provider<EmailMessage> = {
  name: "recorder",
  send: async (message) => {
    messages.push(message);
    return message.to.startsWith("asha") ? { kind: "reject", reason: `<${message.to}> is unknown` } : { kind: "sent" };
  },
  close: async () => undefined,
};
const keys = [newKey("one")];

const busOf = (application: string, given: readonly string[] = keys) =>
  keep(() =>
    createBus({
      application,
      topics: { parcelSent: topic },
      subscribers: [confirmation],
      redis: url,
      prefix,
      keys: given,
      channels: { email: { from: "from@example.com", providers: [provider], rateLimit: false } },
      send: { live: true },
    }),
  );

const subjectKeys = (): Promise<string> => everythingIn(redis, `${prefix}:subject-keys`);

describe("C11: personal data of a subject", () => {
  it("is sealed in the log, clear in the message, masked for people, and after an erasure nowhere", async () => {
    const bus = busOf("shop");
    const dead = observed(bus, "dead");
    const sent = observed(bus, "sent");
    const [first] = [await bus.publishEvent.parcelSent(asha), await bus.publishEvent.parcelSent(rohan)];
    const logged = (await everythingIn(redis, prefix)).split("\n").filter((row) => row.includes(":log:"));
    expect(logged.join()).toContain("subject.");
    expect(logged.join()).not.toMatch(/Asha|asha\.iyer|Rohan/);
    await bus.start();
    await Promise.all([dead, sent]);
    expect(messages.map(({ to, text }) => `${to} ${text}`).toSorted()).toEqual([
      "asha.iyer@example.in Asha Iyer",
      "rohan@example.in Rohan Kulkarni",
    ]);

    const masked = await bus.inspect.search({ value: "asha.iyer@example.in" });
    expect(masked.events[0]!.event.data).toEqual({ parcel: "P-1", customer: { id: "c-asha", name: "A…", email: "as…@example.in" } });
    const [letter] = (await bus.deadLetters.list()).deadLetters;
    expect(letter).toMatchObject({ to: "as…@example.in", reason: expect.stringContaining("<as…@example.in> is unknown") as string });
    expect((await bus.deadLetters.show(letter!.id))!.data).toEqual({ name: "A…" });
    const seen = await bus.deadLetters.show(letter!.id, { showPii: { actor: "ops", reason: "ticket 7" } });
    expect(seen).toMatchObject({ to: "asha.iyer@example.in", data: { name: "Asha Iyer" } });
    expect((await bus.audit()).entries).toMatchObject([
      { by: "ops", what: "show-pii", of: `the dead letter ${letter!.id}`, reason: "ticket 7" },
    ]);

    const counts = {
      timelines: 2,
      events: { "parcel.sent": 1 },
      searchEntries: 1,
      jobs: { email: 2 },
      inTheClear: {},
      underWay: 0,
      consents: 0,
    };
    expect(await bus.erase({ subject: "c-asha", preview: true })).toMatchObject({ key: "destroyed", ...counts });
    expect((await bus.inspect.search({ value: "asha.iyer@example.in" })).events).toHaveLength(1);
    expect(await bus.erase({ subject: "c-asha", by: { actor: "ops" } })).toMatchObject({ key: "destroyed", ...counts });
    const left = (await everythingIn(redis, prefix)).split("\n").filter((row) => /Asha|asha\.iyer/.test(row));
    expect(left).toEqual([]);
    expect((await bus.inspect.search({ value: "asha.iyer@example.in" })).events).toEqual([]);
    expect((await bus.inspect.event(first.id))!.data).toEqual({
      parcel: "P-1",
      customer: { id: "c-asha", name: "[erased]", email: "[erased]" },
    });
    expect((await bus.audit()).entries[0]).toMatchObject({ by: "ops", what: "erase" });

    // A subscriber that comes later reads it again, and goes on.
    const late = busOf("late");
    const routed = observed(late, "routed", 2);
    await late.start();
    const facts = await routed;
    expect(facts.map(({ deliveries, skipped }) => ({ deliveries, skipped: skipped.map(({ reason }) => reason.slice(0, 35)) }))).toEqual([
      { deliveries: 0, skipped: ["erased: its personal data was erase", "erased: its personal data was erase"] },
      { deliveries: 2, skipped: [] },
    ]);
    expect(await bus.replay({ topics: "parcel.sent", subscribers: "confirmation", preview: true })).toMatchObject({
      events: 2,
      matched: 1,
      problems: 0,
    });

    // Who comes back gets a new key; what was erased stays so.
    const again = await bus.publishEvent.parcelSent({ ...asha, parcel: "P-3" });
    expect((await bus.inspect.event(again.id, { showPii: {} }))!.data).toMatchObject({ customer: { name: "Asha Iyer" } });
    expect((await bus.inspect.event(first.id))!.data).toMatchObject({ customer: { name: "[erased]" } });
  });

  it("a rotation reads what the key before it has sealed, and wraps what it uses anew", async () => {
    const before = busOf("rotation");
    const { id } = await before.publishEvent.parcelSent({ ...rohan, parcel: "P-9" });
    const after = busOf("rotated", [newKey("two"), ...keys]);
    expect((await after.inspect.event(id, { showPii: {} }))!.data).toMatchObject({ customer: { name: "Rohan Kulkarni" } });
    await expect.poll(subjectKeys, { interval: 20 }).toContain('"kid":"two"');
    const without = busOf("without", [newKey("three")]);
    await expect(without.publishEvent.parcelSent({ ...rohan, parcel: "P-10" })).rejects.toThrow(/BUSBAR_KEYS does not hold/);
  });
});
