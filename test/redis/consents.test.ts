import { Redis } from "ioredis";
import { afterAll, beforeEach, expect, it } from "vitest";
import type { ConsentNotice } from "../../src/define/notice.ts";
import { redisConsents } from "../../src/workers/redis-consents.ts";
import { redisSuppressions } from "../../src/workers/redis-suppressions.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const address = "+919845012345";
const noon = Date.parse("2026-01-31T12:00:00Z");
let place = { prefix, application: "test", clock: { now: () => noon } };
let consents: ReturnType<typeof redisConsents>;
let suppressions: ReturnType<typeof redisSuppressions>;
let count = 0;

beforeEach(() => {
  count++;
  place = { prefix, application: `test-${count}`, clock: { now: () => noon } };
  consents = redisConsents(redis, place);
  suppressions = redisSuppressions(redis, place);
});

const notice = (more: Partial<ConsentNotice> = {}): ConsentNotice => ({
  kind: "consent",
  eventId: `event-${Math.random()}`,
  channel: "sms",
  provider: "twilio",
  address,
  wish: "out",
  said: "STOP by SMS",
  ...more,
});
const scopes = async (channel: "sms" | "email" = "sms", of = address): Promise<string[]> =>
  (await suppressions.of({ channel, address: of })).map(({ category = "*", source }) => `${category} ${source}`);

it("what a reader wants is recorded with how, by whom and when, and followed in the same step", async () => {
  expect(await consents.apply(notice({ at: noon - 5_000 }))).toBe("applied");
  expect(await suppressions.of({ channel: "sms", address })).toEqual([
    { channel: "sms", address, reason: "STOP by SMS", source: "reader", at: noon },
  ]);
  expect(await consents.apply(notice({ wish: "in", said: "START by SMS" }))).toBe("applied");
  expect(await scopes()).toEqual([]);
  expect(await consents.of({ channel: "sms", address })).toEqual([
    { wish: "in", said: "START by SMS", source: "twilio", at: noon },
    { wish: "out", said: "STOP by SMS", source: "twilio", at: noon - 5_000 },
  ]);
});

it("one event id changes something once, for 30 days", async () => {
  const stop = notice({ eventId: "SM1" });
  expect(await consents.apply(stop)).toBe("applied");
  await suppressions.release({ channel: "sms", address });
  expect(await consents.apply(stop)).toBe("repeated");
  expect(await scopes()).toEqual([]);
  expect(await consents.of({ channel: "sms", address })).toHaveLength(1);
  expect(await consents.apply(notice({ eventId: "SM1", provider: "meta" }))).toBe("applied");
  const [key] = await redis.keys(`${prefix}:{${place.application}}:consent-notice:*`);
  expect(await redis.pttl(key!)).toBeGreaterThan(29 * 24 * 3_600_000);
});

it("whatever the order in which wishes come, the last one that was said holds", async () => {
  expect(await consents.apply(notice({ wish: "in", at: noon - 1_000 }))).toBe("applied");
  expect(await consents.apply(notice({ wish: "out", at: noon - 2_000 }))).toBe("outdated");
  expect(await scopes()).toEqual([]);
  expect((await consents.of({ channel: "sms", address })).map(({ wish }) => wish)).toEqual(["in", "out"]);
  // A wish for one category is older than one for all, too; one for another category is not concerned.
  expect(await consents.apply(notice({ wish: "out", category: "offers", at: noon - 3_000 }))).toBe("outdated");
  expect(await consents.apply(notice({ wish: "out", category: "offers", at: noon - 500 }))).toBe("applied");
  expect(await consents.apply(notice({ wish: "out", category: "news", at: noon - 700 }))).toBe("applied");
  expect(await scopes()).toEqual(["news reader", "offers reader"]);
  // No clock is ahead of ours for ever.
  expect(await consents.apply(notice({ wish: "out", at: noon + 86_400_000 }))).toBe("applied");
  expect(await consents.apply(notice({ wish: "in" }))).toBe("applied");
  expect(await scopes()).toEqual([]);
});

it("who wants messages again gets them, unless a person, or a mailbox that bounced, has it otherwise", async () => {
  await suppressions.add({ channel: "sms", address, reason: "21610", source: "twilio" });
  await consents.apply(notice({ wish: "in" }));
  expect(await scopes()).toEqual([]);

  await suppressions.add({ channel: "sms", address, reason: "do not text", source: "manual", by: "ravi" });
  await suppressions.add({ channel: "sms", address, category: "offers", reason: "asked", source: "manual", by: "ravi" });
  await consents.apply(notice({ wish: "in" }));
  expect(await scopes()).toEqual(["* manual"]);

  const mail = { channel: "email", address: "Asha@example.in" } as const;
  await suppressions.add({ ...mail, reason: "550 5.1.1", source: "smtp" });
  await consents.apply(notice({ ...mail, category: "offers" }));
  await consents.apply(notice({ ...mail, wish: "in" }));
  expect(await scopes("email", mail.address)).toEqual(["* smtp"]);
});

it("an opt-out holds for good, also where something held for a time; what held for good already stays as it was", async () => {
  await suppressions.add({ channel: "sms", address, reason: "out of reach", source: "twilio", until: noon + 1_000 });
  await consents.apply(notice());
  expect(await suppressions.of({ channel: "sms", address })).toMatchObject([{ source: "reader" }]);
  expect((await suppressions.of({ channel: "sms", address }))[0]).not.toHaveProperty("until");
  await suppressions.add({ channel: "sms", address, category: "offers", reason: "asked", source: "manual", by: "ravi" });
  await consents.apply(notice({ category: "offers" }));
  expect(await scopes()).toEqual(["* reader", "offers manual"]);
  expect((await suppressions.list({ channel: "sms", limit: 10 })).total).toBe(2);
});

it("20 wishes of an address are kept, the newest; an address that is none is no reason to fail", async () => {
  for (let i = 0; i < 25; i++) await consents.apply(notice({ said: `wish ${i}`, at: noon - 1_000 + i }));
  const said = (await consents.of({ channel: "sms", address })).map((each) => each.said);
  expect(said).toHaveLength(20);
  expect([said[0], said.at(-1)]).toEqual(["wish 24", "wish 5"]);
  expect(await consents.apply(notice({ address: "98450" }))).toBe("unusable");
  expect(await consents.apply(notice({ channel: "handler" }))).toBe("unusable");
});
