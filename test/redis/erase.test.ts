import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { EmailMessage } from "../../src/define/message.ts";
import { createBus, defineSubscriber, defineTopic, emailTemplate, pii } from "../../src/index.ts";
import type { Provider } from "../../src/providers/index.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { busesOf } from "../support/buses.ts";
import { everythingIn } from "../support/everything-in-redis.ts";
import { observed } from "../support/line.ts";
import { subscriberCalled } from "../support/reference-domain.ts";
import { testRedis } from "../support/redis.ts";
import { cashbackConfirmed, withdrawalRejected, withdrawalRequested } from "../../topics/index.ts";

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

/** It quotes what it is given. */
const strict = defineSubscriber(topic, {
  name: "strict",
  filter: { parcel: ["P-1"] },
  deliver: ({ email }) => [
    email({
      to: ({ data }) => {
        throw new Error(`no box for ${data.customer.email} of ${data.customer.name}`);
      },
      template: mail,
      data: () => ({ name: "" }),
    }),
  ],
});
/** The same topic as it was before anything of it was marked. */
const unmarked = defineTopic(
  "parcel.sent",
  z.object({ parcel: z.string(), customer: z.object({ id: z.string(), name: z.string(), email: z.email() }) }),
);

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

const meera = { parcel: "P-0", customer: { id: "c-meera", name: "Meera Nair", email: "meera@example.in" } };
let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "busbar-erase-"))));
afterEach(() => void vi.useRealTimers());
afterAll(() => rm(folder, { recursive: true, force: true }));
/** What the archive holds, as it stands there. */
const archived = async (): Promise<string> => {
  const files = await readdir(folder, { recursive: true });
  const segments = files
    .filter((file) => file.endsWith(".gz"))
    .map(async (file) => gunzipSync(await readFile(join(folder, file))).toString());
  return (await Promise.all(segments)).join("");
};

const busOf = (application: string, given: readonly string[] = keys, subscribers = [confirmation]) =>
  keep(() =>
    createBus({
      application,
      topics: { parcelSent: topic },
      subscribers,
      redis: url,
      prefix,
      keys: given,
      archive: { folder },
      channels: { email: { from: "from@example.com", providers: [provider], rateLimit: false } },
      send: { live: true },
    }),
  );

const subjectKeys = (): Promise<string> => everythingIn(redis, `${prefix}:subject-keys`);

describe("C11: personal data of a subject", () => {
  it("is sealed in the log, clear in the message, masked for people, and after an erasure nowhere", async () => {
    const bus = busOf("shop", keys, [confirmation, strict]);
    const dead = observed(bus, "dead");
    const sent = observed(bus, "sent");
    const refused = observed(bus, "unroutable");
    const [first] = [await bus.publishEvent.parcelSent(asha), await bus.publishEvent.parcelSent(rohan)];
    const logged = (await everythingIn(redis, prefix)).split("\n").filter((row) => row.includes(":log:"));
    expect(logged.join()).toContain("subject.");
    expect(logged.join()).not.toMatch(/Asha|asha\.iyer|Rohan/);
    await bus.start();
    await Promise.all([dead, sent, refused]);
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

    // Days later all of it is in the archive too, with an event from before the marks.
    const before = createBus({ application: "before", topics: { parcelSent: unmarked }, redis: url, prefix });
    const also = observed(bus, "sent");
    await before.publishEvent.parcelSent(meera);
    await Promise.all([also, before.stop()]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3 * 86_400_000 });
    expect((await bus.archive.write({ settle: 0 })).written).toMatchObject([{ events: 3 }]);
    vi.useRealTimers();
    const segment = await archived();
    expect(segment).toContain('to threw: no box for as…@example.in of A…"');
    expect(segment).not.toMatch(/Asha|asha\.iyer|Rohan/);
    expect(await bus.erase({ subject: "c-meera", preview: true })).toMatchObject({
      key: "none",
      inTheClear: { "parcel.sent": 1 },
      archivedInTheClear: { "parcel.sent": 1 },
    });

    const counts = {
      timelines: 2,
      events: { "parcel.sent": 1 },
      archived: { "parcel.sent": 1 },
      archivedInTheClear: {},
      archiveProblems: [],
      reasons: 1,
      searchEntries: 1,
      jobs: { email: 2, routing: 1 },
      inTheClear: {},
      underWay: 0,
      consents: 0,
    };
    expect(await bus.erase({ subject: "c-asha", preview: true })).toMatchObject({ key: "destroyed", ...counts });
    expect((await bus.inspect.search({ value: "asha.iyer@example.in" })).events).toHaveLength(1);
    expect(await bus.erase({ subject: "c-asha", by: { actor: "ops" } })).toMatchObject({ key: "destroyed", ...counts });
    const left = (await everythingIn(redis, prefix)).split("\n").filter((row) => /Asha|asha\.iyer/.test(row));
    expect(left).toEqual([]);
    expect(await everythingIn(redis, prefix)).toMatch(/:routed:.* strict.*erased"/);
    expect(await archived()).toBe(segment);
    expect((await bus.inspect.search({ value: "asha.iyer@example.in" })).events).toEqual([]);
    expect((await bus.inspect.event(first.id))!.data).toEqual({
      parcel: "P-1",
      customer: { id: "c-asha", name: "[erased]", email: "[erased]" },
    });
    expect((await bus.audit()).entries[0]).toMatchObject({ by: "ops", what: "erase" });

    // A subscriber that comes later reads it again, and goes on.
    const late = busOf("late");
    const routed = observed(late, "routed", 3);
    await late.start();
    const facts = await routed;
    expect(facts.map(({ deliveries, skipped }) => ({ deliveries, skipped: skipped.map(({ reason }) => reason.slice(0, 35)) }))).toEqual([
      { deliveries: 0, skipped: ["erased: its personal data was erase", "erased: its personal data was erase"] },
      { deliveries: 2, skipped: [] },
      { deliveries: 2, skipped: [] },
    ]);
    expect(await bus.replay({ topics: "parcel.sent", subscribers: "confirmation", preview: true })).toMatchObject({
      events: 3,
      matched: 2,
      problems: 0,
    });

    // Who comes back gets a new key; what was erased stays so.
    const again = await bus.publishEvent.parcelSent({ ...asha, parcel: "P-3" });
    expect((await bus.inspect.event(again.id, { showPii: {} }))!.data).toMatchObject({ customer: { name: "Asha Iyer" } });
    expect((await bus.inspect.event(first.id))!.data).toMatchObject({ customer: { name: "[erased]" } });
  });

  it("is erased of a user of the reference domain, in all topics of the wallet, and of nobody else", async () => {
    const wallet = { withdrawalRequested, withdrawalRejected, cashbackConfirmed };
    const bus = keep(() =>
      createBus({
        application: "wallet",
        topics: wallet,
        subscribers: ["withdrawal-requested", "withdrawal-rejected", "cashback-confirmed"].map(subscriberCalled),
        redis: url,
        prefix: `${prefix}-wallet`,
        keys,
        channels: {
          email: { from: "from@example.com", providers: [provider], rateLimit: false },
          sms: { enabled: false },
          push: { enabled: false },
          whatsapp: { enabled: false },
        },
        send: { live: true },
      }),
    );
    const sent = observed(bus, "sent", 3);
    await bus.start();
    const { id } = await bus.publishEvent.withdrawalRequested(withdrawalRequested.example!);
    await bus.publishEvent.cashbackConfirmed(cashbackConfirmed.example!);
    const other = await bus.publishEvent.withdrawalRejected(withdrawalRejected.example!);
    await sent;
    expect(messages.map(({ to }) => to)).toEqual(expect.arrayContaining(["kavya.reddy@example.in", "imran.sheikh@example.in"]));
    expect(await bus.erase({ subject: "usr_2077", by: { actor: "ops" } })).toMatchObject({
      key: "destroyed",
      events: { "withdrawal.requested": 1, "cashback.confirmed": 1 },
      searchEntries: 2,
      jobs: { email: 2 },
    });
    expect(await everythingIn(redis, `${prefix}-wallet`)).not.toMatch(/Kavya|kavya\.reddy|9900112233/);
    const user = async (event: string): Promise<unknown> =>
      ((await bus.inspect.event(event, { showPii: {} }))!.data as { user: unknown }).user;
    expect(await user(id)).toEqual({ id: "usr_2077", name: "[erased]", email: "[erased]" });
    expect(await user(other.id)).toMatchObject({ name: "Imran Sheikh" });
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
