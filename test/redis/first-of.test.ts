import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, pushTemplate, smsTemplate } from "../../src/index.ts";
import { traceLines } from "../../src/cli/trace-lines.ts";
import { createTestBus, type TestBus } from "../../src/testing/index.ts";

const paid = defineTopic("payout.made", z.object({ amount: z.number(), device: z.string().optional(), phone: z.e164() }));
const topics = { payoutMade: paid };
const data = z.object({ amount: z.number() });
const notePush = pushTemplate({ name: "paid", data, title: "Paid", body: "₹{{amount}} is paid." });
const noteSms = smsTemplate({ name: "paid", data, text: "₹{{amount}} is paid." });
const expoToken = "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]";
const fcmToken = `${"f".repeat(22)}:APA91b${"x".repeat(134)}`;
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
    expect(await bus.drain()).toMatchObject({ sent: 1, dead: 1, waiting: 0 });
  });

  it("sends the next step at once when the one before is suppressed, is refused, or is cancelled by a person", async () => {
    await bus.suppressions.add({ channel: "push", address: expoToken, reason: "gone" });
    await bus.publishEvent.payoutMade(event);
    await bus.expectSuppressed({ channel: "push" });
    await bus.expectSent({ channel: "sms", times: 1 });

    await bus.publishEvent.payoutMade({ ...event, device: "no token at all" });
    await bus.expectDead({ channel: "push", reason: "to: " });
    await bus.expectSent({ channel: "sms", times: 2 });

    await bus.drain();
    bus.mailroom.fail("expo", 429, { retryAfter: "2m" });
    await bus.suppressions.release({ channel: "push", address: expoToken });
    await bus.publishEvent.payoutMade(event);
    expect(await bus.drain()).toMatchObject({ sent: 0, waiting: 2 });
    const [newest] = await bus.inspect.events(1);
    const trace = await bus.inspect.trace(newest!.id);
    const { cancelled } = await bus.deliveries.cancel(trace!.subscribers[0]!.deliveries[0]!.id, { actor: "ravi" });
    expect(cancelled).toBe(true);
    await bus.expectSent({ channel: "sms", times: 3 });
  });

  it("sends nothing more when the one before was taken by a provider that says no more, and says why", async () => {
    await bus.publishEvent.payoutMade({ ...event, device: fcmToken });
    const { delivery } = await bus.expectSent({ channel: "push", to: fcmToken });
    const { reason } = await bus.expectCancelled({ channel: "sms" });
    expect(reason).toBe("not needed: push was accepted, and its provider says no more");
    expect(await bus.drain()).toEqual({ sent: 1, dead: 0, suppressed: 0, expired: 0, cancelled: 1, waiting: 0 });
    await bus.clock.advance("1h");
    await bus.expectNotSent({ channel: "sms" });
    const [made] = (await bus.inspect.trace(delivery.event.id))!.subscribers;
    expect(made!.deliveries).toMatchObject([{ state: "sent" }, { state: "cancelled", reason }]);
  });

  it("ends what is still tried when its time is over: of two steps one is sent", async () => {
    const heal = bus.mailroom.fail("expo", 429, { retryAfter: "4m", times: 99 });
    await bus.publishEvent.payoutMade(event);
    for (let minutes = 0; minutes < 12; minutes += 1) await bus.clock.advance("1m");
    await bus.expectCancelled({ channel: "push", reason: "its time was over: sms goes in its place" });
    await bus.expectSent({ channel: "sms", times: 1 });
    heal();
    await bus.clock.advance("1h");
    await bus.expectNotSent({ channel: "push" });
    expect(bus.mailroom.messages().map(({ channel }) => channel)).toEqual(["sms"]);
  });

  it("ends with the time of the whole message: a step whose turn has not come by then is dropped", async () => {
    await bus.publishEvent.payoutMade(event, { expiresIn: "5m" });
    await bus.expectSent({ channel: "push" });
    for (let minutes = 0; minutes < 5; minutes += 1) await bus.clock.advance("1m");
    await bus.expectExpired({ channel: "sms" });
    expect(await bus.drain()).toMatchObject({ waiting: 0 });
  });

  it("is traced: what waits says for what, what was sent why, and what was not why not", async () => {
    await bus.publishEvent.payoutMade(event);
    const { delivery } = await bus.expectSent({ channel: "push" });
    const lines = async () => traceLines((await bus.inspect.trace(delivery.event.id))!).join("\n");
    expect(await lines()).toMatch(/ sms: waiting, waits for push$/m);
    await bus.clock.advance("1m");
    await bus.drain();
    expect(await lines()).toMatch(
      /put back +waits for push: it was accepted, and not delivered yet, until 2026-01-01T00:10:00.000Z at the latest$/m,
    );
    await bus.clock.advance("9m");
    await bus.expectSent({ channel: "sms" });
    expect(await lines()).toMatch(/its turn +push was not delivered in its time\n.* try 1 +sent +twilio/m);
  });

  it("plans the next step as the first one where the one before is skipped", async () => {
    await bus.publishEvent.payoutMade({ amount: 500, phone: event.phone });
    const { delivery } = await bus.expectSent({ channel: "sms" });
    expect(delivery.firstOf).toBeUndefined();
  });
});
