import { expect, it } from "vitest";
import { observed, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();

it("delivers a published event to its recipient, once", async () => {
  const { provider, sends } = recordingProvider();
  const bus = line.bus({ url, prefix, provider });
  await bus.start();
  const sent = observed(bus, "sent");
  const { id, durability } = await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
  const [fact] = await sent;
  expect(fact!.delivery.event.id).toBe(id);
  expect(durability).toBe("memory");
  expect(sends).toHaveLength(1);
  expect(sends[0]!.message).toMatchObject({ to: "asha@example.com", subject: "Order A-1" });
  const [routing] = await bus.inspect.deliveries({ id, time: fact!.delivery.event.time });
  expect(routing).toMatchObject({
    subscriber: "receipt",
    deliveries: [{ channel: "email", timeline: [{ step: "sent", detail: "recorder" }] }],
  });
});
