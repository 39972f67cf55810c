import { describe, expect, it, onTestFinished } from "vitest";
import { deliveryStatusChanged } from "../../src/define/delivery-topics.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { DeliveryStatusChanged } from "../../src/define/delivery-topics.ts";
import { defineSubscriber } from "../../src/index.ts";
import { createTestBus, type TestBusOptions } from "../../src/testing/index.ts";
import { orderPlaced, receiptEmail } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";
import { sendgridCalls } from "../support/sendgrid-events.ts";

const { url: redis } = testRedis();

const email = { to: ({ data }: { data: { email: string } }) => data.email, template: receiptEmail };
const receipts = defineSubscriber(orderPlaced, {
  name: "receipts",
  onUnknown: { hold: "2h" },
  deliver: (build) => [build.email({ ...email, data: ({ data }) => ({ orderId: data.orderId }) })],
});
const order = { orderId: "A-1", email: "asha@example.com" };

/** A bus whose statuses are collected by a subscriber. */
async function newBus(options: Pick<TestBusOptions, "providerTimeout"> = {}) {
  const told: DeliveryStatusChanged[] = [];
  const statuses = defineSubscriber(deliveryStatusChanged, {
    name: "statuses",
    deliver: ({ handler }) => [handler({ handle: async ({ data }) => void told.push(data) })],
  });
  const topics = { orderPlaced, deliveryStatusChanged };
  const bus = await createTestBus({ topics, subscribers: [receipts, statuses], redis, ...options });
  onTestFinished(bus.stop);
  const planned: Delivery[] = [];
  bus.on("routed", (fact) => planned.push(...fact.planned));
  const publish = async () => {
    const { id } = await bus.publishEvent.orderPlaced(order);
    await bus.drain();
    return planned.find(({ event }) => event.id === id)!;
  };
  const call = async (delivery: Delivery, event: string, more: Readonly<Record<string, unknown>> = {}) => {
    await sendgridCalls(bus, [{ event, delivery, more }], bus.clock.now());
    await bus.drain();
  };
  return { bus, told, publish, call };
}

describe("what SendGrid calls back with", () => {
  it("B3, D5: raises the status of a delivery, published once for each that is higher", async () => {
    const { bus, told, publish, call } = await newBus();
    const delivery = await publish();
    for (const event of ["delivered", "processed", "open", "delivered", "open"]) await call(delivery, event);
    expect(told.map(({ status }) => status)).toEqual(["delivered", "read"]);
    expect(told[0]).toEqual({
      deliveryId: delivery.id,
      eventId: delivery.event.id,
      topic: "order.placed",
      subscriber: "receipts",
      route: "email",
      channel: "email",
      provider: "sendgrid (mailroom)",
      messageId: `sg-${delivery.id.slice(-6)}`,
      status: "delivered",
      reason: null,
      at: "2026-01-01T00:00:00.000Z",
    });
    const [trace] = (await bus.inspect.trace(delivery.id))!.subscribers;
    expect(trace!.deliveries[0]).toMatchObject({
      state: "sent",
      status: "read",
      statuses: [{ status: "delivered" }, { status: "accepted" }, { status: "read" }],
    });
  });

  it("D5: completes what is held at once, and it is sent no second time", async () => {
    const { bus, publish, call } = await newBus();
    bus.mailroom.fail("sendgrid", "reset");
    const delivery = await publish();
    expect(await bus.drain()).toMatchObject({ waiting: 1 });
    const sent: string[] = [];
    bus.on("sent", (fact) => sent.push(fact.delivery.id));
    await sendgridCalls(bus, [{ event: "processed", delivery }], bus.clock.now());
    expect(await bus.drain()).toMatchObject({ waiting: 0 });
    expect(sent.filter((id) => id === delivery.id)).toHaveLength(1);
    await call(delivery, "delivered");
    expect(bus.mailroom.messages()).toHaveLength(1);
    expect(await bus.deliveries.status(delivery.id)).toMatchObject({ state: "sent", queue: "completed", status: "delivered" });
    await bus.clock.advance("3h");
    expect(await bus.drain()).toMatchObject({ dead: 0, waiting: 0 });
  });

  it("settles a send whose answer is still awaited, when that is lost: it is sent, and held for no moment", async () => {
    const { bus, told } = await newBus({ providerTimeout: "4s" });
    const [held, planned]: [unknown[], Delivery[]] = [[], []];
    bus.on("held", (fact) => held.push(fact));
    bus.on("routed", (fact) => planned.push(...fact.planned));
    bus.mailroom.fail("sendgrid", "timeout");
    await bus.publishEvent.orderPlaced(order);
    // Nobody knows it before it is claimed: SendGrid calls until somebody does.
    let calls = 0;
    const known = async (): Promise<string | undefined> => {
      const [delivery] = planned;
      if (delivery === undefined) return undefined;
      await sendgridCalls(bus, [{ event: "delivered", delivery, more: { sg_event_id: `${(calls += 1)}` } }], bus.clock.now());
      return (await bus.deliveries.status(delivery.id))?.status;
    };
    await expect.poll(known, { timeout: 10_000 }).toBe("delivered");
    const [delivery] = planned;
    expect(await bus.deliveries.status(delivery!.id)).toMatchObject({ state: "waiting", queue: "active" });
    expect(await bus.drain()).toMatchObject({ waiting: 0 });
    expect([held, told.length]).toEqual([[], 1]);
    const { state, queue, timeline } = (await bus.deliveries.status(delivery!.id))!;
    expect([state, queue, timeline.map(({ step }) => step)]).toEqual(["sent", "completed", ["held", "confirmed"]]);
  });

  it("sends again what is held and came back, and ends what can never arrive", async () => {
    const { bus, publish, call } = await newBus();
    bus.mailroom.fail("sendgrid", "reset");
    const again = await publish();
    await call(again, "bounce", { type: "blocked", reason: "421 try later" });
    expect(bus.mailroom.messages()).toHaveLength(2);
    expect((await bus.deliveries.status(again.id))!.timeline.map(({ step }) => step)).toEqual(["held", "returned", "sent"]);

    bus.mailroom.fail("sendgrid", "reset");
    const never = await publish();
    await call(never, "dropped", { reason: "Invalid SMTPAPI header" });
    expect(await bus.deliveries.status(never.id)).toMatchObject({
      state: "dead",
      queue: "dead",
      reason: "sendgrid (mailroom) reported failed: Invalid SMTPAPI header",
    });
    expect(bus.mailroom.messages()).toHaveLength(3);
  });

  it("takes a dead letter away that turns out to have been sent", async () => {
    const { bus, publish, call } = await newBus();
    bus.mailroom.fail("sendgrid", "reset");
    const delivery = await publish();
    await bus.clock.advance("3h");
    await bus.expectDead({ reason: "it may have been sent, and no word of that came in its time" });
    await call(delivery, "delivered");
    expect(await bus.deliveries.status(delivery.id)).toMatchObject({ state: "sent", queue: "completed" });
    expect(await bus.deadLetters.list()).toEqual({ deadLetters: [] });
    expect(bus.mailroom.messages()).toHaveLength(1);
  });

  it("keeps an address that bounced from further messages, of what waits too", async () => {
    const { bus, told, publish, call } = await newBus();
    const delivery = await publish();
    await call(delivery, "bounce", { status: "5.1.1", reason: "550 no such user" });
    expect(told.map(({ status }) => status)).toEqual(["bounced"]);
    const { suppressions } = await bus.suppressions.list();
    expect(suppressions).toMatchObject([{ channel: "email", address: "as…@example.com", source: "sendgrid (mailroom)" }]);
    const next = await publish();
    expect(await bus.deliveries.status(next.id)).toMatchObject({ state: "suppressed" });
    expect(bus.mailroom.messages()).toHaveLength(1);
  });

  it("changes nothing for what nobody knows, and counts it", async () => {
    const { bus, told, call } = await newBus();
    const reported: unknown[] = [];
    bus.on("reported", (fact) => reported.push(fact));
    const event = { id: "e", type: "order.placed", time: "2026-01-01T00:00:00.000Z" };
    const foreign = { id: `d_${"a".repeat(32)}`, event } as unknown as Delivery;
    await call(foreign, "delivered");
    await call(foreign, "delivered", { busbar: "none of ours", sg_event_id: "2" });
    expect(reported).toEqual(
      [1, 1].map((unknown) => ({ provider: "sendgrid (mailroom)", recorded: 0, repeated: 0, unknown, consents: 0 })),
    );
    expect(told).toEqual([]);
  });

  it("is a dead letter of callbacks where it cannot be read, and the others go on", async () => {
    const { bus, told, publish, call } = await newBus();
    const delivery = await publish();
    await expect(sendgridCalls(bus, { map: () => ({ not: "a list" }) } as never, bus.clock.now())).resolves.toBeUndefined();
    await call(delivery, "delivered");
    expect(told).toHaveLength(1);
    expect((await bus.deadLetters.list({ queue: "callbacks" })).deadLetters).toMatchObject([
      { queue: "callbacks", reason: "sendgrid (mailroom): the body is no list of events", attempts: 1 },
    ]);
  });
});
