import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, emailTemplate, pushTemplate, smsTemplate, whatsappTemplate } from "../../src/index.ts";
import { deliveryStatusChanged } from "../../src/define/delivery-topics.ts";
import { type CalledBack, createTestBus, type TestBus, type TestTelling, type WhichMessage } from "../../src/testing/index.ts";

const data = z.object({ orderId: z.string() });
const noteSent = defineTopic("note.sent", data.extend({ channel: z.enum(["email", "sms", "whatsapp", "push"]), to: z.string() }), {
  key: ({ orderId }) => orderId,
});
const topics = { noteSent, deliveryStatusChanged };
const orderId = { data: ({ data: { orderId: id } }: { data: { orderId: string } }) => ({ orderId: id }) };
const text = "Order {{orderId}} is on its way";
const to = (channel: string) => (event: { data: { channel: string; to: string } }) =>
  event.data.channel === channel ? event.data.to : undefined;
const note = defineSubscriber(noteSent, {
  name: "note",
  deliver: ({ email, sms, whatsapp, push }) => [
    email({
      to: to("email"),
      template: emailTemplate({
        name: "note",
        data,
        subject: "Order {{orderId}}",
        mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`,
        text,
      }),
      ...orderId,
    }),
    sms({ to: to("sms"), template: smsTemplate({ name: "note", data, text }), ...orderId }),
    whatsapp({
      to: to("whatsapp"),
      template: whatsappTemplate({ name: "note", data, body: text, approvedAs: "note", language: "en" }),
      ...orderId,
    }),
    push({ to: to("push"), template: pushTemplate({ name: "note", data, title: text, body: text }), ...orderId }),
  ],
});

const places = {
  email: "asha@example.in",
  sms: "+919845012345",
  whatsapp: "+919845012345",
  push: "ExponentPushToken[abc]",
} as const;
type Channel = keyof typeof places;

let bus: TestBus<typeof topics>;
beforeEach(async () => {
  bus = await createTestBus({ topics, subscribers: [note] });
});
afterEach(() => bus.stop());

async function send(channel: Channel, id = "A-1"): Promise<void> {
  await bus.publishEvent.noteSent({ orderId: id, channel, to: places[channel] });
}

describe("a message of a test", () => {
  it.each<[Channel, string, TestTelling["status"], string]>([
    ["email", "sendgrid", "delivered", "delivered"],
    ["email", "sendgrid", ["read", "delivered", "accepted"], "read"],
    ["sms", "twilio", "delivered", "delivered"],
    ["sms", "twilio", ["delivered", "delivered", "accepted"], "delivered"],
    ["whatsapp", "meta", ["accepted", "read", "delivered"], "read"],
  ])("by %s (%s) of which %j is told, is %s", async (channel, provider, status, final) => {
    await send(channel);
    const told = await bus.mailroom.callBack({ channel }, { status: status!, times: 2 });
    expect(told.every(({ state, answer }) => state === "taken" && answer === 200)).toBe(true);
    const sent = await bus.expectSent({ channel });
    const { data: changed } = await bus.expectPublished("delivery.status_changed", {
      deliveryId: sent.delivery.id,
      status: final as "read",
    });
    expect(changed).toMatchObject({ channel, provider: `${provider} (mailroom)`, messageId: expect.any(String) as string });
  });

  it("by MSG91, which takes over, is told of by the id of its request", async () => {
    bus.mailroom.fail("twilio", 503);
    await send("sms");
    await bus.mailroom.callBack({ provider: "msg91" }, { status: "delivered" });
    const { data: changed } = await bus.expectPublished("delivery.status_changed", { provider: "msg91 (mailroom)" });
    expect(changed.status).toBe("delivered");
  });

  it("by Expo is asked for, after a while", async () => {
    await send("push");
    const [told] = await bus.mailroom.callBack({ channel: "push" }, { status: "bounced" });
    expect(told).toMatchObject({ says: "DeviceNotRegistered", state: "waiting" });
    await bus.clock.advance("20m");
    await bus.expectPublished("delivery.status_changed", { provider: "expo (mailroom)", status: "bounced" });
    await send("push", "A-2");
    await bus.expectSuppressed({ channel: "push" });
  });

  it("that bounces closes its address", async () => {
    await send("email");
    await bus.drain();
    await bus.mailroom.callBack(bus.mailroom.messages()[0]!, { status: "bounced", code: "5.1.1" });
    const { data: changed } = await bus.expectPublished("delivery.status_changed", { status: "bounced" });
    expect(changed.reason).toContain("5.1.1");
    await send("email", "A-2");
    await bus.expectSuppressed({ to: places.email });
  });

  it.each<[Channel]>([["sms"], ["whatsapp"]])("by %s that is answered with STOP is the last, until START", async (channel) => {
    await send(channel);
    await bus.mailroom.callBack({ to: places[channel], channel }, { answer: "STOP" });
    await send(channel, "A-2");
    await bus.expectSuppressed({ channel, times: 1 });
    await bus.mailroom.callBack({ channel }, { answer: "START" });
    await send(channel, "A-3");
    expect(await bus.expectSent({ channel, times: 2 })).toHaveLength(2);
  });

  it("D5: of which a stranger tells is as it was", async () => {
    await send("email");
    await send("sms");
    await send("whatsapp");
    for (const [channel, as] of [
      ["email", "forged"],
      ["email", "altered"],
      ["email", "replayed"],
      ["sms", "forged"],
      ["sms", "altered"],
      ["whatsapp", "forged"],
      ["whatsapp", "altered"],
    ] as const) {
      const told = await bus.mailroom.callBack({ channel }, { status: "bounced", as });
      expect([channel, as, ...told.map(({ state, answer }) => [state, answer])]).toEqual([channel, as, ["refused", 403]]);
    }
    await bus.expectPublished("delivery.status_changed", undefined, { times: 0 });
  });

  it("is looked for when everything was sent, and a failure says what there is", async () => {
    await send("sms");
    await expect(bus.mailroom.callBack({ to: "+919800000000" }, { status: "delivered" })).rejects.toThrow(
      /no message is like \{"to":"\+919800000000"\}\.\nMessages \(1\):\n.*twilio\s+sms\s+\+919845012345\s+Order A-1/s,
    );
    await expect(bus.mailroom.callBack({ channel: "sms" }, { status: "read" })).rejects.toThrow(/twilio tells of sms only/);
  });
});

it("a bus that records sends nothing of which anybody could tell", async () => {
  await using recorder = await createTestBus({ topics, subscribers: [note], deliver: "record" });
  await expect(recorder.mailroom.callBack({}, { status: "delivered" })).rejects.toThrow(/no provider can call back/);
});

it("what can be told is typed", () => {
  expectTypeOf<TestBus["mailroom"]["callBack"]>().parameters.toEqualTypeOf<[which: WhichMessage, telling: TestTelling]>();
  expectTypeOf<TestBus["mailroom"]["callBack"]>().returns.resolves.toEqualTypeOf<readonly CalledBack[]>();
  expectTypeOf<{ status: "gone" }>().not.toExtend<TestTelling>();
  expectTypeOf<{ status: "delivered"; delay: "1s" }>().not.toEqualTypeOf<TestTelling>();
});
