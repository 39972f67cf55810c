import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import type { Delivery } from "../../src/define/delivery.ts";
import { type Arrival, defineSubscriber, smsTemplate } from "../../src/index.ts";
import { createTestBus } from "../../src/testing/index.ts";
import { orderPlaced, receiptEmail } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";
import { sendgridCalls } from "../support/sendgrid-events.ts";

const { url: redis } = testRedis();

const receiptSms = smsTemplate({ name: "receipt", data: z.object({ orderId: z.string() }), text: "Order {{orderId}}" });
const order = { orderId: "A-1", email: "asha@example.com" };

/** An e-mail, then a text message, then a handler; with the event published and the e-mail accepted. */
async function newBus(until: Arrival = "delivered") {
  const called: string[] = [];
  const receipts = defineSubscriber(orderPlaced, {
    name: "receipts",
    deliver: ({ email, sms, handler, firstOf }) => [
      firstOf(
        email({ to: ({ data }) => data.email, template: receiptEmail, data: ({ data: { orderId } }) => ({ orderId }) }),
        sms({ to: () => "+919845012345", template: receiptSms, data: ({ data: { orderId } }) => ({ orderId }) }),
        handler({ handle: async ({ id }) => void called.push(id) }),
        { within: "10m", until },
      ),
    ],
  });
  const bus = await createTestBus({ topics: { orderPlaced }, subscribers: [receipts], redis });
  onTestFinished(bus.stop);
  const planned: Delivery[] = [];
  bus.on("routed", (fact) => planned.push(...fact.planned));
  await bus.publishEvent.orderPlaced(order);
  await bus.expectSent({ channel: "email" });
  const call = (event: string, more: Readonly<Record<string, unknown>> = {}) =>
    sendgridCalls(bus, [{ event, delivery: planned[0]!, more }], bus.clock.now());
  const queued = async () => {
    const { sms, handler } = await bus.inspect.queues();
    return { sms: sms!.delayed, handler: handler!.delayed };
  };
  return { bus, called, call, queued };
}

describe("a status in time", () => {
  it("takes all later steps out of their queues, without a look of theirs", async () => {
    const { bus, call, queued } = await newBus();
    expect(await queued()).toEqual({ sms: 1, handler: 1 });
    await call("delivered");
    await bus.expectCancelled({ channel: "sms", reason: "not needed: email was delivered" });
    await bus.expectCancelled({ channel: "handler", reason: "not needed: email was delivered" });
    expect(await queued()).toEqual({ sms: 0, handler: 0 });
    await bus.clock.advance("1h");
    await bus.expectNotSent({ channel: "sms" });
  });

  it("that it came back sends the next step at once, and leaves the one after it to its turn", async () => {
    const { bus, called, call } = await newBus();
    await call("bounce", { type: "bounce", reason: "550 no such user" });
    await bus.expectSent({ channel: "sms" });
    await bus.expectNotSent({ channel: "handler" });
    await bus.clock.advance("9m");
    await bus.expectNotSent({ channel: "handler" });
    // Nothing was heard of the text message either.
    for (let minutes = 0; minutes < 2; minutes += 1) await bus.clock.advance("1m");
    await bus.expectSent({ channel: "handler" });
    expect(called).toHaveLength(1);
  });

  it("counts as its firstOf says: one that is to be read is not over when it is delivered", async () => {
    const { bus, call, queued } = await newBus("read");
    await call("delivered");
    await bus.drain();
    expect(await queued()).toEqual({ sms: 1, handler: 1 });
    await call("open");
    await bus.expectCancelled({ channel: "sms", reason: "not needed: email was read" });
  });

  it("is not waited for where acceptance is enough", async () => {
    const { bus, queued } = await newBus("accepted");
    await bus.expectCancelled({ channel: "sms", reason: "not needed: email was accepted" });
    expect(await queued()).toEqual({ sms: 0, handler: 0 });
  });
});

describe("a late status", () => {
  it("stops the next step while that is still tried", async () => {
    const { bus, call } = await newBus();
    for (const provider of ["twilio", "msg91"] as const) bus.mailroom.fail(provider, 429, { retryAfter: "5m", times: 9 });
    for (let minutes = 0; minutes < 10; minutes += 1) await bus.clock.advance("1m");
    expect(await bus.drain()).toMatchObject({ waiting: 2 });
    await call("delivered");
    await bus.expectCancelled({ channel: "sms", reason: "not needed: email was delivered" });
    expect(await bus.drain()).toMatchObject({ waiting: 0 });
    expect(bus.mailroom.messages().map(({ channel }) => channel)).toEqual(["email"]);
  });

  it("changes nothing of what was sent", async () => {
    const { bus, call } = await newBus();
    for (let minutes = 0; minutes < 10; minutes += 1) await bus.clock.advance("1m");
    const { delivery } = await bus.expectSent({ channel: "sms" });
    await call("delivered");
    // The step after it is not needed any more.
    await bus.expectCancelled({ channel: "handler", reason: "not needed: email was delivered" });
    expect(await bus.deliveries.status(delivery.id)).toMatchObject({ state: "sent", queue: "completed" });
  });
});
