import { describe, expect, it, onTestFinished } from "vitest";
import { defineSubscriber, type Subscriber } from "../../src/index.ts";
import { createTestBus } from "../../src/testing/index.ts";
import { orderPlaced, receiptEmail } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url: redis } = testRedis();

const receipts = (onUnknown?: "resend" | "hold" | { hold: "2h" }): Subscriber =>
  defineSubscriber(orderPlaced, {
    name: "receipts",
    ...(onUnknown === undefined ? {} : { onUnknown }),
    deliver: ({ email }) => [
      email({ to: ({ data }) => data.email, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) }),
    ],
  });

async function busOf(subscriber: Subscriber) {
  const bus = await createTestBus({ topics: { orderPlaced }, subscribers: [subscriber], redis });
  onTestFinished(bus.stop);
  return bus;
}
const order = (orderId: string) => ({ orderId, email: `${orderId.toLowerCase()}@example.com` });

describe("a message whose answer was lost", () => {
  it("is sent again where nothing else is said: one duplicate for each lost answer, and it is counted", async () => {
    const bus = await busOf(receipts());
    const doubtful: unknown[] = [];
    bus.on("doubtful", (fact) => doubtful.push(fact));
    bus.mailroom.fail("sendgrid", "reset", { share: 0.05, times: 5 });
    for (let number = 0; number < 100; number += 1) await bus.publishEvent.orderPlaced(order(`A-${number}`));
    await bus.drain();
    await bus.clock.advance("10s");
    expect(await bus.drain()).toMatchObject({ waiting: 0, dead: 0 });
    expect(bus.mailroom.messages()).toHaveLength(105);
    expect(doubtful).toHaveLength(5);
  });

  it("is held where the route says so: never sent again by itself, and a dead letter when its time is over", async () => {
    const bus = await busOf(receipts({ hold: "2h" }));
    bus.mailroom.fail("sendgrid", "reset");
    await bus.publishEvent.orderPlaced(order("A-1"));
    expect(await bus.drain()).toMatchObject({ sent: 0, waiting: 1 });
    await bus.clock.advance("1h");
    expect(await bus.drain()).toMatchObject({ waiting: 1 });
    await bus.clock.advance("1h");
    const { delivery } = await bus.expectDead({ reason: "it may have been sent, and no word of that came in its time" });
    expect(bus.mailroom.messages()).toHaveLength(1);

    // A person says that it is to be sent all the same.
    await bus.deadLetters.redrive([delivery.id]);
    await bus.drain();
    expect(bus.mailroom.messages().map(({ deliveryId }) => deliveryId)).toEqual([delivery.id, delivery.id]);
  });

  it("is held for a publish that says so, whatever the subscriber says", async () => {
    const bus = await busOf(receipts("resend"));
    bus.mailroom.fail("sendgrid", "reset");
    await bus.publishEvent.orderPlaced(order("A-1"), { onUnknown: "hold" });
    await bus.drain();
    await bus.clock.advance("23h");
    expect(await bus.drain()).toMatchObject({ sent: 0, dead: 0, waiting: 1 });
    expect(bus.mailroom.messages()).toHaveLength(1);
  });

  it("C3: is cancelled, which says that its first try may have arrived", async () => {
    const bus = await busOf(receipts("hold"));
    bus.mailroom.fail("sendgrid", "reset");
    const { id } = await bus.publishEvent.orderPlaced(order("A-1"));
    await bus.drain();
    const [delivery] = (await bus.inspect.trace(id))!.subscribers[0]!.deliveries;
    expect(delivery).toMatchObject({ state: "held" });
    expect(await bus.deliveries.cancel(delivery!.id)).toEqual({ cancelled: true, mayHaveArrived: true });
    expect(await bus.drain()).toMatchObject({ sent: 0, dead: 0, waiting: 0 });
  });
});
