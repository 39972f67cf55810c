import { Redis } from "ioredis";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, smsTemplate } from "../../src/index.ts";
import { createTestBus } from "../../src/testing/index.ts";
import { redisSuppressions } from "../../src/workers/redis-suppressions.ts";
import type { NewSuppression } from "../../src/workers/suppressions.ts";
import { receiptEmail } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const phone = "+919845012345";
const email = "asha@example.com";
const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), email: z.string(), phone: z.string() }));
const text = smsTemplate({ name: "placed", data: z.object({ orderId: z.string() }), text: "Order {{orderId}}" });

/** A receipt by e-mail and by SMS; an offer by SMS, for orders that begin with O, and nothing else for them. */
const receipt = defineSubscriber(orderPlaced, {
  name: "receipt",
  deliver: (channels) => [
    channels.email({
      when: ({ data }) => !data.orderId.startsWith("O"),
      to: ({ data }) => data.email,
      template: receiptEmail,
      data: ({ data: { orderId } }) => ({ orderId }),
    }),
    channels.sms({
      when: ({ data }) => !data.orderId.startsWith("O"),
      to: ({ data }) => data.phone,
      template: text,
      data: ({ data: { orderId } }) => ({ orderId }),
    }),
    channels.sms({
      name: "offer",
      category: "marketing",
      when: ({ data }) => data.orderId.startsWith("O"),
      to: ({ data }) => data.phone,
      template: text,
      data: ({ data: { orderId } }) => ({ orderId }),
    }),
  ],
});

async function testBus() {
  const bus = await createTestBus({ topics: { orderPlaced }, subscribers: [receipt], redis: url });
  onTestFinished(bus.stop);
  return {
    bus,
    place: (orderId: string, to = email) => bus.publishEvent.orderPlaced({ orderId, email: to, phone }),
    /** By whom an order's messages went, in the order of their names. */
    sent: (orderId: string): string[] =>
      bus.mailroom
        .messages()
        .filter((message) => `${message.subject} ${message.text}`.includes(orderId))
        .map(({ provider }) => provider)
        .toSorted(),
  };
}

describe("a suppressed address", () => {
  it("what a provider refuses for good is listed, and not sent to again; another channel's message goes", async () => {
    const { bus, place, sent } = await testBus();
    bus.mailroom.fail("twilio", 400, { message: "21610 Attempt to send to unsubscribed recipient" });
    await place("A-1");
    expect((await bus.expectSuppressed()).reason).toMatch(/^twilio \(mailroom\): .*21610/);
    const said = { channel: "sms", address: phone, source: "twilio (mailroom)", since: "2026-01-01T00:00:00.000Z" };
    const list = await bus.suppressions.list();
    expect(list).toMatchObject({ suppressions: [{ ...said, address: "+91…45" }], total: 1 });
    expect(JSON.stringify(list)).not.toContain(phone);
    expect(await bus.suppressions.list({ showPii: { actor: "ops", reason: "ticket 7" } })).toMatchObject({ suppressions: [said] });
    expect(await bus.audit()).toMatchObject({
      entries: [{ by: "ops", what: "show-pii", of: "the suppressed addresses", reason: "ticket 7" }],
    });
    expect(await bus.suppressions.find({ channel: "sms", address: phone })).toMatchObject([said]);

    await place("A-2");
    const { delivery, reason } = await bus.expectSuppressed({ reason: "since 2026-01-01" });
    expect(reason).toMatch(
      new RegExp(
        `^its address is suppressed since 2026-01-01 by twilio \\(mailroom\\): .*21610.*; release it with: busbar suppressions release sms \\${phone}$`,
      ),
    );
    expect(sent("A-2")).toEqual(["sendgrid"]);
    expect(await bus.deliveries.status(delivery.id)).toMatchObject({ state: "suppressed", reason, queue: "completed" });
    const trace = await bus.inspect.trace(delivery.id);
    expect(trace!.subscribers[0]!.deliveries.find(({ id }) => id === delivery.id)).toMatchObject({
      state: "suppressed",
      timeline: [{ step: "suppressed", detail: reason }],
    });
  });

  it("an opt-out of marketing stops marketing, and never what is transactional", async () => {
    const { bus, place, sent } = await testBus();
    await bus.suppressions.add({ channel: "sms", address: phone, category: "marketing", reason: "asked by phone", by: "ravi" });
    await place("O-1");
    await place("A-1");
    const { reason } = await bus.expectSuppressed({ route: "offer" });
    expect(reason).toMatch(/^its address, for marketing, is suppressed .* by ravi: asked by phone; .* --category marketing$/);
    await bus.drain();
    expect([sent("O-1"), sent("A-1")]).toEqual([[], ["sendgrid", "twilio"]]);
  });

  it("an entry stops nothing when its time is over", async () => {
    const { bus, place, sent } = await testBus();
    await bus.suppressions.add({ channel: "sms", address: phone, reason: "out of reach", keep: "1d" });
    await place("A-1");
    await bus.clock.advance("23h");
    await place("A-2");
    await bus.drain();
    expect([sent("A-1"), sent("A-2")]).toEqual([["sendgrid"], ["sendgrid"]]);
    await bus.clock.advance("1h");
    await place("A-3");
    await bus.drain();
    expect(sent("A-3")).toEqual(["sendgrid", "twilio"]);
    expect(await bus.suppressions.list()).toEqual({ suppressions: [], total: 0 });
    expect((await bus.suppressions.count())["sms"]).toBe(0);
  });

  it("an e-mail address is the same in upper and lower case", async () => {
    const { bus, place, sent } = await testBus();
    await bus.suppressions.add({ channel: "email", address: "Asha@Example.COM", reason: "bounced" });
    await place("A-1", "ASHA@example.com");
    await bus.expectSuppressed({ channel: "email" });
    expect(sent("A-1")).toEqual(["twilio"]);
    expect(await bus.suppressions.find({ channel: "email", address: "asha@EXAMPLE.com" })).toMatchObject([{ address: email }]);
  });

  it("a release lets the next message go, and a replay sends once what was suppressed meanwhile", async () => {
    const { bus, place, sent } = await testBus();
    await bus.suppressions.add({ channel: "sms", address: phone, reason: "asked by phone" });
    await place("A-1");
    const { delivery } = await bus.expectSuppressed();
    await bus.drain();
    const replay = (more: object = {}) => bus.replay({ topics: "order.placed", subscribers: "receipt", ...more });
    expect(await replay()).toMatchObject({ missing: 0, ended: 1 });

    expect(await bus.suppressions.release({ channel: "sms", address: phone })).toMatchObject([{ reason: "asked by phone" }]);
    await place("A-2");
    await bus.drain();
    expect([sent("A-1"), sent("A-2")]).toEqual([["sendgrid"], ["sendgrid", "twilio"]]);
    expect(await replay({ preview: true })).toMatchObject({ missing: 1, queued: 0, samples: [{ delivery: delivery.id }] });
    expect(await replay()).toMatchObject({ missing: 1, queued: 1 });
    await bus.drain();
    expect(sent("A-1")).toEqual(["sendgrid", "twilio"]);
    expect(await replay()).toMatchObject({ missing: 0, ended: 0, sent: 4 });
    expect((await bus.deliveries.status(delivery.id))!.timeline.map(({ step }) => step)).toEqual(["suppressed", "redriven", "sent"]);
  });

  it("a dead letter that is redriven to it ends as suppressed", async () => {
    const { bus, place, sent } = await testBus();
    bus.mailroom.fail("twilio", 413);
    await place("A-1");
    const { delivery } = await bus.expectDead();
    await expect.poll(async () => (await bus.deadLetters.counts())["sms"]).toBe(1);
    await bus.suppressions.add({ channel: "sms", address: phone, reason: "asked by phone" });
    expect(await bus.deadLetters.redrive([delivery.id])).toMatchObject({ redriven: [delivery.id] });
    await expect.poll(async () => (await bus.deliveries.status(delivery.id))?.state).toBe("suppressed");
    expect(sent("A-1")).toEqual(["sendgrid"]);
  });
});

const addresses = (entries: readonly { readonly address: string }[]): string[] => entries.map(({ address }) => address);

describe("the list", () => {
  let made = 0;
  const newList = () => {
    const [application, time] = [`list-${(made += 1)}`, { now: 1_000 }];
    const list = redisSuppressions(redis, { prefix, application, clock: { now: () => time.now } });
    const add = (more: Partial<NewSuppression> = {}) =>
      list.add({ channel: "sms", address: phone, reason: "21610", source: "twilio", ...more });
    return { list, add, time, keys: () => redis.keys(`${prefix}:{${application}}:*`) };
  };

  it("is read by page, the newest first, over all channels or one, and searched", async () => {
    const { list, add } = newList();
    const numbers = Array.from({ length: 5 }, (_, index) => `+9198450000${10 + index}`);
    for (const address of numbers) await add({ address });
    await add({ channel: "email", address: "Asha@Example.com" });
    const first = await list.list({ limit: 4 });
    expect(addresses(first.entries)).toEqual([email, ...numbers.toReversed().slice(0, 3)]);
    expect(first.total).toBe(6);
    const second = await list.list({ limit: 4, before: first.next! });
    expect([addresses(second.entries), second.next]).toEqual([numbers.toReversed().slice(3), undefined]);
    expect(addresses((await list.list({ channel: "email", limit: 4 })).entries)).toEqual([email]);
    expect(addresses((await list.list({ search: "ASHA", limit: 4 })).entries)).toEqual([email]);
    const found = await list.list({ search: "0001", limit: 2 });
    const rest = await list.list({ search: "0001", limit: 9, before: found.next! });
    expect(addresses([...found.entries, ...rest.entries])).toEqual(numbers.toReversed());
    expect(await list.count()).toMatchObject({ sms: 5, email: 1, push: 0 });
  });

  it("keeps what is added again as it was, unless the new entry holds for longer", async () => {
    const { list, add } = newList();
    const week = await add({ reason: "first", until: 8_000 });
    expect(await add({ reason: "shorter", until: 7_000 })).toEqual(week);
    expect(await add({ reason: "longer" })).toMatchObject({ reason: "longer" });
    expect(await add({ reason: "for a while", until: 9_000 })).toMatchObject({ reason: "longer" });
    expect(await list.list({ limit: 9 })).toMatchObject({ entries: [{ reason: "longer" }], total: 1 });
  });

  it("has entries for one category beside that for all messages, which comes first; they are released one by one or together", async () => {
    const { list, add } = newList();
    const place = { channel: "sms", address: phone } as const;
    for (const category of ["marketing", "digest"]) await add({ category });
    expect(await list.find({ ...place, category: "transactional" })).toBeUndefined();
    expect(await list.find({ ...place, category: "marketing" })).toMatchObject({ category: "marketing" });
    await add();
    expect((await list.of(place)).map(({ category }) => category)).toEqual([undefined, "digest", "marketing"]);
    for (const category of ["transactional", "marketing"]) expect((await list.find({ ...place, category }))!.category).toBeUndefined();
    expect(await list.release({ ...place, category: "weekly" })).toEqual([]);
    expect(await list.release({ ...place, category: "digest" })).toMatchObject([{ ...place, category: "digest", source: "twilio" }]);
    expect(await list.release(place)).toHaveLength(1);
    expect(await list.release({ ...place, all: true })).toMatchObject([{ category: "marketing" }]);
    expect([await list.of(place), await list.release({ ...place, all: true })]).toEqual([[], []]);
  });

  it("leaves nothing in Redis of an entry that was released, or whose time was over when another was added", async () => {
    const { list, add, time, keys } = newList();
    await add({ until: 2_000 });
    await add({ address: "+919845000001" });
    await add({ address: "+919845000002", category: "marketing", until: 9_000 });
    time.now = 2_000;
    expect(await list.of({ channel: "sms", address: phone })).toEqual([]);
    expect(addresses((await list.list({ limit: 9 })).entries)).toEqual(["+919845000002", "+919845000001"]);
    expect((await list.count()).sms).toBe(2);
    await add({ address: "+919845000003" });
    const hash = (await keys()).find((key) => key.endsWith(":suppressions:sms"));
    expect(await redis.hkeys(hash!)).toHaveLength(3);
    for (const address of ["+919845000001", "+919845000002", "+919845000003"]) await list.release({ channel: "sms", address, all: true });
    expect((await keys()).filter((key) => !key.endsWith("-number"))).toEqual([]);
  });

  it("takes any text that a provider says, and any address", async () => {
    const { list, add } = newList();
    const address = JSON.stringify({ endpoint: "https://push.example.com/a'b&c", keys: { p256dh: "p", auth: "a" } });
    const entry = await add({ channel: "push", address, reason: 'no\u0000such\ud800 \u2028 नमस्ते "device"' });
    expect(entry.reason).toBe('no\u0000such\ufffd \u2028 नमस्ते "device"');
    expect((await list.list({ limit: 1 })).entries).toEqual([entry]);
    expect(await list.find({ channel: "push", address, category: "transactional" })).toEqual(entry);
  });
});
