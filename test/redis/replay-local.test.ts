import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createBus, defineSubscriber, defineTopic } from "../../src/index.ts";
import { maskedEvent } from "../../src/bus/replay/masked.ts";
import { busesOf } from "../support/buses.ts";
import { orderPlaced, receiptEmail, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const kept = busesOf();
const orderShipped = defineTopic("order.shipped", z.object({ orderId: z.string() }));
const seen: unknown[] = [];
const local = defineSubscriber(orderPlaced, {
  name: "local",
  deliver: ({ email, handler }) => [
    email({ to: ({ data }) => data.email, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) }),
    email({
      name: "copies",
      audience: async () => ({ recipients: ["one@example.com", "two@example.com"] }),
      template: receiptEmail,
      data: ({ data }) => ({ orderId: data.orderId }),
    }),
    handler({
      async handle(event, { publishEvent, services, progress }) {
        seen.push(event.data.email, services);
        progress({ done: 1 });
        await (publishEvent as unknown as Record<string, (payload: object) => Promise<unknown>>)["orderShipped"]!({
          orderId: event.data.orderId,
        });
        if (event.data.note === "throw") throw new Error("the depot is closed");
      },
    }),
  ],
});
const { provider, sends } = recordingProvider();
const bus = kept(() =>
  createBus({
    application: "test",
    topics: { orderPlaced, orderShipped },
    subscribers: [local],
    redis: url,
    prefix,
    services: { depot: "north" } as never,
    channels: { email: { from: "shop@example.com", providers: [provider] } },
    send: { live: true },
  }),
);

describe("a local run", () => {
  it("takes an event of the log through one subscriber in this process, and captures every channel", async () => {
    const { id } = await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
    const run = await bus.replays.local({ event: id, subscriber: "local" });
    expect(run.deliveries.map(({ channel, to }) => [channel, to])).toEqual([
      ["email", "one@example.com"],
      ["email", "two@example.com"],
      ["email", "asha@example.com"],
      ["handler", "local"],
    ]);
    expect(run.deliveries[2]).toMatchObject({ rendered: { subject: "Order A-1" } });
    expect(run.deliveries[3]).toMatchObject({
      published: [{ topic: "order.shipped", payload: { orderId: "A-1" } }],
      progress: { done: 1 },
    });
    expect(seen).toEqual(["asha@example.com", { depot: "north" }]);
    expect(sends).toEqual([]);
    expect(await bus.inspect.events(10)).toHaveLength(1);
    expect((await bus.inspect.queues())["email"]).toMatchObject({ waiting: 0, completed: 0 });
  });

  it("says where a handler failed, and puts other addresses into the event where it is told to", async () => {
    const { id } = await bus.publishEvent.orderPlaced({ orderId: "A-2", email: "asha@example.com", note: "throw" });
    const run = await bus.replays.local({ event: id, subscriber: "local", routes: "handler", mask: true });
    expect(run.deliveries).toMatchObject([
      { problem: expect.stringMatching(/the depot is closed\n +at .*replay-local\.test\.ts/) as string },
    ]);
    expect((run.event.data as { email: string }).email).toMatch(/^reader-\w{10}@example\.com$/);
    await expect(bus.replays.local({ event: "e-none", subscriber: "local" })).rejects.toThrow('has the id "e-none"');
    await expect(bus.replays.local({ event: id, subscriber: "locl" })).rejects.toThrow('Did you mean "local"?');
  });
});

it("masking puts other addresses in the place of each, the same each time, and leaves the rest", () => {
  const data = { email: "asha@example.com", note: "call +919845012345, or write to asha@example.com", total: 12, items: [{ sku: "A-1" }] };
  const event = { id: "e-1", partitionkey: "asha@example.com", data } as never;
  const masked = maskedEvent(event) as unknown as { readonly partitionkey: string; readonly data: typeof data };
  expect(JSON.stringify(masked)).not.toMatch(/asha|9845012345/);
  expect(masked.data).toMatchObject({ email: masked.partitionkey, total: 12, items: [{ sku: "A-1" }] });
  expect(masked.data.note).toMatch(/^call \+91\d{10}, or write to reader-\w+@example\.com$/);
});
