import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, pushTemplate, smsTemplate } from "../../src/index.ts";
import { createTestBus, type TestBus } from "../../src/testing/index.ts";

const paid = defineTopic("payout.made", z.object({ amount: z.number(), device: z.string().optional(), phone: z.e164() }));
const topics = { payoutMade: paid };
const data = z.object({ amount: z.number() });
const notePush = pushTemplate({ name: "paid", data, title: "Paid", body: "₹{{amount}} is paid." });
const noteSms = smsTemplate({ name: "paid", data, text: "₹{{amount}} is paid." });
const expoToken = "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]";
const event = { amount: 500, device: expoToken, phone: "+919845012345" };

const told = defineSubscriber(paid, {
  name: "told",
  deliver: ({ push, sms, firstOf }) => [
    firstOf(
      push({
        to: ({ data: { device } }) => device,
        template: notePush,
        data: ({ data: { amount } }) => ({ amount }),
        retry: { attempts: 1 },
      }),
      sms({ to: ({ data: { phone } }) => phone, template: noteSms, data: ({ data: { amount } }) => ({ amount }) }),
      { within: "10m" },
    ),
  ],
});

let bus: TestBus<typeof topics>;
beforeEach(async () => {
  bus = await createTestBus({ topics, subscribers: [told] });
});
afterEach(() => bus.stop());

describe("firstOf", () => {
  it("sends the next step when the one before has not arrived in its time, and not before", async () => {
    await bus.publishEvent.payoutMade(event);
    await bus.expectSent({ channel: "push" });
    await bus.expectNotSent({ channel: "sms" });
    await bus.clock.advance("1m");
    expect(await bus.drain()).toMatchObject({ waiting: 1 });
    await bus.clock.advance("539s");
    await bus.expectNotSent({ channel: "sms" });
    await bus.clock.advance("1s");
    await bus.expectSent({ channel: "sms", text: "₹500 is paid." });
  });

  it("sends the next step at once when the one before is a dead letter", async () => {
    bus.mailroom.fail("expo", 400);
    await bus.publishEvent.payoutMade(event);
    await bus.expectDead({ channel: "push" });
    await bus.expectSent({ channel: "sms" });
  });

  it("plans the next step as the first one where the one before is skipped", async () => {
    await bus.publishEvent.payoutMade({ amount: 500, phone: event.phone });
    const { delivery } = await bus.expectSent({ channel: "sms" });
    expect(delivery.firstOf).toBeUndefined();
  });
});
