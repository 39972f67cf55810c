import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, pushTemplate } from "../../src/index.ts";
import { createTestBus, type TestBusOptions } from "../../src/testing/index.ts";
import { memoryServices } from "../../subscribers/_services/index.ts";
import * as topics from "../../topics/index.ts";
import { testRedis } from "../support/redis.ts";

const { url: redis } = testRedis();

/** This repository's own application, with stand-ins of its own. */
async function referenceBus(channels: TestBusOptions["channels"] = {}) {
  const subscribers = new URL("../../subscribers/", import.meta.url);
  const bus = await createTestBus({ topics, subscribers, services: memoryServices(), redis, channels: channels as object });
  onTestFinished(bus.stop);
  return bus;
}

describe("the channels of the reference domain", () => {
  it("carries every topic's example by every channel of its row, each once, to the provider that comes first", async () => {
    const bus = await referenceBus();
    for (const topic of Object.values(topics)) await bus.publish(topic.name, topic.example);
    const drained = await bus.drain({ within: "60s" });
    expect(drained).toMatchObject({ dead: 0, suppressed: 0, expired: 0 });
    // The last one waits for the time that its payload names.
    await bus.clock.advance("365d");
    await bus.drain({ within: "60s" });
    const messages = bus.mailroom.messages();
    const providers = (channel: string) => [
      ...new Set(messages.filter((each) => each.channel === channel).map(({ provider }) => provider)),
    ];
    expect(["email", "sms", "whatsapp", "push", "webhook"].map((channel) => [channel, ...providers(channel)])).toEqual([
      ["email", "sendgrid"],
      ["sms", "twilio"],
      ["whatsapp", "meta"],
      ["push", "fcm"],
      ["webhook", "webhook"],
    ]);
    expect(new Set(messages.map(({ deliveryId }) => deliveryId)).size).toBe(messages.length);
  });

  it("A8: goes by MSG91 where that is the service: the approved text's id and its values, and the OTP by its own API", async () => {
    const templates = { otp: { id: "65b2", otp: "code" } };
    const bus = await referenceBus({ sms: { order: ["msg91"], msg91: { authKey: "key", templates } } });
    await bus.publishEvent.otpRequested(topics.otpRequested.example!);
    await bus.publishEvent.orderPlaced(topics.orderPlaced.example!);
    await bus.publishEvent.cashbackConfirmed(topics.cashbackConfirmed.example!);
    await bus.publishEvent.withdrawalProcessed(topics.withdrawalProcessed.example!);
    await bus.publishEvent.withdrawalRejected(topics.withdrawalRejected.example!);
    await bus.expectSent({ channel: "sms", times: 5 });
    const texts = bus.mailroom.messages().filter(({ provider }) => provider === "msg91");
    expect(texts).toHaveLength(5);
    // The one who looks sees the text that MSG91 holds.
    expect(texts.map(({ text }) => text)).toContainEqual(expect.stringContaining(topics.otpRequested.example!.code) as string);
  });

  it("B3: sends an approved template by WhatsApp, keeps the provider's id of it, and goes by Twilio where Meta fails", async () => {
    const bus = await referenceBus();
    const { id } = await bus.publishEvent.orderPlaced(topics.orderPlaced.example!);
    await bus.drain();
    const trace = await bus.inspect.trace(id);
    expect(JSON.stringify(trace)).toMatch(/meta \(mailroom\) wamid\.\w+/);
    bus.mailroom.fail("meta", 503, { times: 2 });
    await bus.publishEvent.orderPlaced({ ...topics.orderPlaced.example!, orderId: "KR-2" });
    await bus.drain();
    const whatsapp = bus.mailroom.messages().filter(({ channel }) => channel === "whatsapp");
    expect(whatsapp.map(({ provider }) => provider)).toEqual(["meta", "meta", "twilio", "twilio"]);
    expect(whatsapp.every(({ text }) => text?.includes("Asha"))).toBe(true);
  });
});

const alarm = defineTopic("alarm.raised", z.object({ devices: z.array(z.string()) }));
const alarmPush = pushTemplate({
  name: "alarm",
  data: z.object({}),
  title: "Alarm",
  body: "The tea is out",
  link: "https://example.com/tea",
});
const alarms = defineSubscriber(alarm, {
  name: "alarms",
  deliver: ({ push }) => [push({ to: ({ data }) => data.devices, template: alarmPush, data: () => ({}) })],
});

describe("a push", () => {
  it("A14: goes to an app by FCM or Expo and to a browser by web push, as its address says; a dead device is not pushed to again", async () => {
    const bus = await createTestBus({ topics: { alarmRaised: alarm }, subscribers: [alarms], redis });
    onTestFinished(bus.stop);
    const devices = ["fcm-token:APA91b", "ExponentPushToken[abc]", JSON.stringify(bus.mailroom.subscription())];
    bus.mailroom.fail("expo", "bounce");
    await bus.publishEvent.alarmRaised({ devices });
    await bus.drain();
    await bus.expectSuppressed({ channel: "push", to: "ExponentPushToken[abc]", reason: "DeviceNotRegistered" });
    const messages = bus.mailroom.messages();
    expect(messages.map(({ provider }) => provider).toSorted()).toEqual(["fcm", "webpush"]);
    expect(messages.find(({ provider }) => provider === "webpush")).toMatchObject({ subject: "Alarm", text: "The tea is out" });
    await bus.publishEvent.alarmRaised({ devices: ["ExponentPushToken[abc]"] });
    await bus.expectSuppressed({ channel: "push", reason: "its address is suppressed since", times: 1 });
  });

  it("to an address that is none is a dead letter that says which part is wrong, and the others get theirs", async () => {
    const bus = await createTestBus({ topics: { alarmRaised: alarm }, subscribers: [alarms], redis });
    onTestFinished(bus.stop);
    await bus.publishEvent.alarmRaised({ devices: ["a token", '{"endpoint":"https://push.example.com/x","keys":{}}', "fcm-token"] });
    await bus.expectDead({ reason: "is neither a device's token nor the JSON of a browser's subscription" });
    await bus.expectDead({ reason: "keys.p256dh is no public key of 65 bytes" });
    expect(await bus.expectSent({ channel: "push", to: "fcm-token" })).toMatchObject({ provider: "fcm (mailroom)" });
  });
});
