import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startRedisServer } from "../../src/base/redis-server.ts";
import { observed, recordingProvider, testLine } from "../support/line.ts";

const line = testLine();

async function ownServer() {
  const dataFolder = await mkdtemp(join(tmpdir(), "busbar-away-"));
  const server = await startRedisServer({ dataFolder, appendfsync: "always" });
  onTestFinished(async () => {
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });
  return { server, dataFolder };
}

describe("while Redis is away", () => {
  it("a running bus still stops, in its time", async () => {
    const { server } = await ownServer();
    const { provider } = recordingProvider();
    const bus = line.bus({ url: server.url, prefix: "away", provider });
    await bus.start();
    const sent = observed(bus, "sent");
    await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
    await sent;
    await server.stop();
    await bus.stop();
    expect(await bus.ready()).toBe(false);
  });

  it("nothing acknowledged is lost, and the bus goes on by itself when it is back", async () => {
    const { server, dataFolder } = await ownServer();
    const { provider, sends } = recordingProvider();
    const bus = line.bus({ url: server.url, prefix: "away", provider });
    await bus.start();
    const first = observed(bus, "sent");
    const { durability } = await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
    expect(durability).toBe("fsync");
    await first;
    await server.stop();
    await expect(bus.publishEvent.orderPlaced({ orderId: "A-2", email: "asha@example.com" })).rejects.toMatchObject({
      code: "PUBLISH_FAILED",
    });
    const again = await startRedisServer({ dataFolder, appendfsync: "always", port: server.port });
    onTestFinished(() => again.stop());
    const later = observed(bus, "sent");
    await bus.publishEvent.orderPlaced({ orderId: "A-3", email: "asha@example.com" });
    await later;
    expect(sends.map(({ message }) => message.subject)).toEqual(["Order A-1", "Order A-3"]);
    await bus.stop();
  });
});
