import { expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import { observed, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();

it("a router that wakes between plan and enqueue, when its jobs were sent and forgotten by their queue, sends nothing again", async () => {
  const { provider, sends } = recordingProvider();
  const bus = line.bus({ url, prefix, provider });
  await bus.start();
  const completed = async (): Promise<number | undefined> => (await bus.inspect.queues())["email"]?.completed;
  const routed = observed(bus, "routed");
  await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
  const [{ planned } = { planned: [] as readonly Delivery[] }] = await routed;
  await expect.poll(completed).toBe(1);
  await bus.channels.clean("email");
  expect(await completed()).toBe(0);

  const keepCompleted = { age: 60_000, count: 10 };
  const queue = bullmqQueue<Delivery>({ url, prefix, application: "test", name: "email", logger: silentLogger, keepCompleted });
  await queue.add(planned);
  await queue.close();
  await expect.poll(completed).toBe(1);
  expect(sends).toHaveLength(1);
});
