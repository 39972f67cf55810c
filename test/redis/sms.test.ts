import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Redis } from "ioredis";
import * as z from "zod";
import { redisSmsCounts } from "../../src/channels/redis-sms-counts.ts";
import { readEnvironment } from "../../src/bus/environment/environment.ts";
import { configuredOptions } from "../../src/bus/config.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createBus, defineSubscriber, smsTemplate, type Subscriber } from "../../src/index.ts";
import { createTestBus } from "../../src/testing/index.ts";
import { otpSms } from "../../subscribers/_templates/otp-sms.ts";
import { otpRequested } from "../../topics/otp-requested.ts";
import { testKeys } from "../support/keys.ts";
import { testRedis } from "../support/redis.ts";

const { url: redis, prefix } = testRedis();
const topics = { otpRequested };
/** The first half of this repository's own: what comes after it, where no SMS arrives, is tried elsewhere. */
const otp = defineSubscriber(otpRequested, {
  name: "otp",
  expiresIn: "5m",
  deliver: ({ sms }) => [
    sms({ to: ({ data }) => data.user.phone, template: otpSms, data: ({ data: { code } }) => ({ code, purpose: "logging in" }) }),
  ],
});
const asked = otpRequested.example!;
const account = { accountSid: `AC${"a".repeat(32)}`, authToken: "secret-token", from: "+14155550100" };

async function testBus(subscribers: readonly Subscriber[] = [otp], sms = {}) {
  // By one provider alone, so that what it refuses is not carried by the next one.
  const bus = await createTestBus({ topics, subscribers, redis, channels: { sms: { order: ["twilio"], ...sms } } });
  onTestFinished(bus.stop);
  return bus;
}

/** A bus that sends for real, to a Twilio of our own. */
function liveBus(name: string, options: { readonly baseUrl?: string; readonly live?: boolean; readonly allow?: readonly string[] } = {}) {
  const { baseUrl, live = true, allow = [] } = options;
  const sms = baseUrl === undefined ? {} : { twilio: { ...account, baseUrl } };
  const bus = createBus({
    application: "test",
    topics,
    subscribers: [otp],
    redis,
    prefix: `${prefix}-${name}`,
    keys: testKeys,
    channels: { sms },
    send: { live, allow },
  });
  onTestFinished(() => bus.stop());
  return bus;
}

async function twilioOfOurOwn(): Promise<{ readonly baseUrl: string; readonly texts: string[] }> {
  const texts: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    texts.push(new URLSearchParams(Buffer.concat(chunks).toString()).get("Body") ?? "");
    response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ sid: `SM${"1".repeat(32)}`, status: "queued" }));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, texts };
}

describe("otp.requested", () => {
  it("A9: without keys the text with the code is in the mailroom", async () => {
    const bus = await testBus();
    await bus.publishEvent.otpRequested(asked);
    const { message, provider, delivery } = await bus.expectSent({ channel: "sms", to: asked.user.phone, text: asked.code });
    expect(provider).toBe("twilio (mailroom)");
    expect(message).toMatchObject({ provider: "twilio", to: [asked.user.phone], subject: undefined, deliveryId: delivery.id });
    expect(message!.text).toContain("482913");
    expect(await bus.drain()).toMatchObject({ waiting: 0 });
  });

  it("expires after 5 minutes: a late one is dropped with a reason, and never sent", async () => {
    const bus = await testBus();
    bus.mailroom.fail("twilio", 429, { retryAfter: "4m", times: 2 });
    await bus.publishEvent.otpRequested(asked);
    expect(await bus.drain()).toMatchObject({ waiting: 1 });
    await bus.clock.advance("4m");
    await bus.clock.advance("4m");
    await bus.expectExpired({ subscriber: "otp", channel: "sms" });
    expect(bus.mailroom.messages()).toEqual([]);
  });
});

describe("an SMS", () => {
  it("is a dead letter where the text is refused, suppressed where the number has opted out, and waits where the account is wrong", async () => {
    const bus = await testBus();
    bus.mailroom.fail("twilio", 400, { message: "21617 The concatenated message body exceeds the limit" });
    await bus.publishEvent.otpRequested(asked);
    await bus.expectDead({ channel: "sms", reason: "400 21617 The concatenated" });
    bus.mailroom.fail("twilio", 400, { message: "21610 Attempt to send to unsubscribed recipient" });
    await bus.publishEvent.otpRequested(asked);
    await bus.expectSuppressed({ channel: "sms", reason: "21610" });
    await bus.suppressions.release({ channel: "sms", address: asked.user.phone });
    bus.mailroom.fail("twilio", 401);
    await bus.publishEvent.otpRequested(asked);
    expect(await bus.drain()).toMatchObject({ waiting: 1 });
    await bus.clock.advance("30s");
    await bus.expectSent({ channel: "sms" });
  });

  it("ends as the team's own outcomes say, in the mailroom too", async () => {
    const outcomes = { 21610: "reject" } as const;
    const bus = await testBus([otp], { twilio: { ...account, outcomes } });
    bus.mailroom.fail("twilio", 400, { message: "21610 Attempt to send to unsubscribed recipient" });
    await bus.publishEvent.otpRequested(asked);
    expect((await bus.expectDead({ channel: "sms" })).reason).toContain("21610");
  });

  it("whose answer was lost may arrive twice, with the same delivery id", async () => {
    const bus = await testBus();
    bus.mailroom.fail("twilio", "reset");
    await bus.publishEvent.otpRequested(asked);
    await bus.drain();
    await bus.clock.advance("10s");
    const { delivery } = await bus.expectSent({ channel: "sms" });
    expect(bus.mailroom.messages().filter(({ deliveryId }) => deliveryId === delivery.id)).toHaveLength(2);
  });

  it("that is too long, or to a country that is not named, is a dead letter that says which setting holds it", async () => {
    const template = smsTemplate({ name: "long", data: z.object({ text: z.string() }), text: "{{text}}" });
    const long = defineSubscriber(otpRequested, {
      name: "long",
      deliver: ({ sms }) => [
        sms({ to: ({ data }) => data.user.phone, template, data: () => ({ text: "x".repeat(307) }) }),
        sms({ name: "abroad", to: () => "+18765550123", template, data: () => ({ text: "x" }) }),
      ],
    });
    const bus = await testBus([long], { maxSegments: 2, countries: ["IN"] });
    await bus.publishEvent.otpRequested(asked);
    await bus.expectDead({ route: "sms", reason: /takes 3 segments of GSM-7, more than 2/ });
    await bus.expectDead({ route: "abroad", reason: /a number of JM is not sent to: .*SMS_COUNTRIES.* allows IN/ });
    expect(bus.mailroom.messages()).toEqual([]);
  });
});

describe("caps of SMS", () => {
  it("hold what is beyond them as a dead letter, over all processes, until the next hour", async () => {
    const caps = { recipient: { max: 2, per: "1h" } } as const;
    const bus = await testBus([otp], { caps });
    const ask = async (): Promise<void> => {
      await bus.publishEvent.otpRequested(asked);
      await bus.drain();
    };
    // What Twilio did not take does not count.
    bus.mailroom.fail("twilio", 400, { message: "21617 too long" });
    await ask();
    for (let number = 0; number < 3; number += 1) await ask();
    expect(bus.mailroom.messages()).toHaveLength(2);
    await bus.expectDead({ reason: /^caps: 2 SMS have gone to this number in this 1h, .*SMS_CAP_RECIPIENT/ });
    await bus.clock.advance("1h");
    await ask();
    expect(bus.mailroom.messages()).toHaveLength(3);
  });

  it("count in Redis, for both of two processes, and forget with the time", async () => {
    const client = new Redis(redis);
    onTestFinished(() => client.disconnect());
    const of = { prefix: `${prefix}-caps`, application: "test" };
    const [one, other] = [redisSmsCounts(() => client, of), redisSmsCounts(() => client, of)];
    const place = { scope: "recipient", name: asked.user.phone, stretch: 1, per: 60_000 } as const;
    const takes = await Promise.all(Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? one : other).take(place, 3)));
    expect(takes.filter(Boolean)).toHaveLength(3);
    expect(await one.take({ ...place, stretch: 2 }, 3)).toBe(true);
    await other.giveBack(place);
    expect([await one.take(place, 3), await one.take(place, 3)]).toEqual([true, false]);
    const keys = await client.keys(`${of.prefix}:*`);
    expect(keys.map((key) => key.replace(/:[a-z2-7]{32}$/, ""))).toEqual(Array(2).fill(`${of.prefix}:{test}:sms-caps`));
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(50_000);
  });
});

describe("real sending of SMS", () => {
  it("goes through Twilio with keys", async () => {
    const { baseUrl, texts } = await twilioOfOurOwn();
    const bus = liveBus("live", { baseUrl });
    await bus.start();
    await bus.publishEvent.otpRequested(asked);
    await vi.waitUntil(() => texts.length > 0, { timeout: 10_000, interval: 10 });
    expect(texts).toEqual([expect.stringContaining("482913")]);
  });

  it("goes to the numbers of the allow-list where it is off", async () => {
    const { baseUrl, texts } = await twilioOfOurOwn();
    const bus = liveBus("allowed", { baseUrl, live: false, allow: [asked.user.phone] });
    await bus.start();
    await bus.publishEvent.otpRequested(asked);
    await vi.waitUntil(() => texts.length > 0, { timeout: 10_000, interval: 10 });
    expect(texts).toHaveLength(1);
  });

  it("does not start without keys, and A12: starts where the channel is switched off", async () => {
    await expect(liveBus("no-keys").check()).rejects.toThrow(/Set TWILIO_ACCOUNT_SID, .* or switch the channel off with SMS_ENABLED=false/);
    const environment = readEnvironment({ REDIS_URL: redis, BUSBAR_SEND: "live", SMS_ENABLED: "false", EMAIL_ENABLED: "false" });
    const options = configuredOptions({ application: "test", topics, subscribers: [otp], prefix }, environment, silentLogger);
    const bus = createBus(options as never);
    onTestFinished(() => bus.stop());
    await bus.check();
  });

  it("does not start with an account that is wrong, and says everything that is", async () => {
    const bus = createBus({
      application: "test",
      topics,
      subscribers: [otp],
      redis,
      prefix,
      channels: { sms: { twilio: { ...account, accountSid: "AC1", from: "+1", authToken: "not shown" } } },
    });
    onTestFinished(() => bus.stop());
    const refusal = await bus.check().then(
      () => "started",
      (error: Error) => error.message,
    );
    expect(refusal).toMatch(/twilio: accountSid: [\s\S]*twilio: authToken: [\s\S]*twilio: from: /);
    expect(refusal).not.toContain("not shown");
  });
});
