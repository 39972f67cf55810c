import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { startRedisServer } from "../../src/base/redis-server.ts";
import { observed, recordingProvider, testLine } from "../support/line.ts";

const line = testLine();

describe("when Redis' memory runs out", () => {
  it("publishers are refused before workers: what waits is still sent, and publishing goes on when there is room again", async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), "busbar-memory-"));
    const server = await startRedisServer({ dataFolder });
    const redis = new Redis(server.url);
    onTestFinished(async () => {
      redis.disconnect();
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    });
    const { provider, sends } = recordingProvider();
    const bus = line.bus({ url: server.url, prefix: "memory", provider });
    const publish = (orderId: string) => bus.publishEvent.orderPlaced({ orderId, email: "asha@example.com" });
    // So much that a tenth of it is room for everything that a worker needs.
    await redis.setrange("ballast", 64 * 1_048_576, "x");
    await publish("A-1");

    const used = Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))![1]);
    await redis.config("SET", "maxmemory", Math.round(used / 0.93));
    // It looks once a second, beside the appends.
    await expect
      .poll(() => publish("A-2").catch((error: unknown) => error), { timeout: 10_000 })
      .toMatchObject({
        code: "PUBLISH_FAILED",
        message: expect.stringMatching(/was not published\. Redis has used 9\d % of its maxmemory/) as string,
      });
    const sent = observed(bus, "sent");
    await bus.start();
    await sent;
    expect(sends.map(({ message }) => message.subject)).toContain("Order A-1");

    await redis.config("SET", "maxmemory", 0);
    await expect
      .poll(
        () =>
          publish("A-3").then(
            ({ repeated }) => repeated,
            () => undefined,
          ),
        { timeout: 10_000 },
      )
      .toBe(false);
  });
});
