import { describe, expect, it } from "vitest";
import { createBus } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed, orderPlaced, receipt, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const kept = busesOf();
const promptMs = 4_000;

describe("D9: the economy profile", () => {
  it("routes, sends and tries again as soon as the other, however long its waits are", async () => {
    const { provider, sends } = recordingProvider((_, earlier) => (earlier === 0 ? { kind: "retry", reason: "503" } : { kind: "sent" }));
    const bus = kept(() =>
      createBus({
        application: "test",
        topics: { orderPlaced },
        subscribers: [receipt],
        redis: url,
        prefix,
        profile: "economy",
        channels: { email: { from: "shop@example.com", rateLimit: false, providers: [provider] } },
        send: { live: true },
      }),
    );
    await bus.start();
    // The second comes when both router and worker are back in their long waits.
    for (const orderId of ["A-1", "A-2"]) {
      const sent = observed(bus, "sent");
      const start = performance.now();
      await bus.publishEvent.orderPlaced({ orderId, email: "asha@example.com" });
      await sent;
      expect(performance.now() - start).toBeLessThan(promptMs);
    }
    expect(sends).toHaveLength(4);
    expect(await bus.ready()).toBe(true);
    const stopping = performance.now();
    await bus.stop();
    expect(performance.now() - stopping).toBeLessThan(promptMs);
  });

  it("is one of two", () => {
    expect(() => createBus({ application: "test", topics: { orderPlaced }, profile: "economic" as never })).toThrow(
      'profile: must be standard or economy, not "economic"',
    );
  });
});
