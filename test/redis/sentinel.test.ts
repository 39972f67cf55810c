import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { observed, recordingProvider, testLine } from "../support/line.ts";
import { type Sentinels, startSentinels } from "../support/sentinels.ts";

const folder = mkdtempSync(join(tmpdir(), "busbar-sentinel-"));
let sentinels: Sentinels;
afterAll(async () => {
  await sentinels.close();
  rmSync(folder, { recursive: true, force: true });
});
// Before its servers end.
const line = testLine();
beforeAll(async () => {
  // On a machine that is busy a master may say nothing for a second: the one that was promoted would be replaced as well.
  sentinels = await startSentinels({ folder, downAfter: 2_500 });
});

const order = (orderId: string) => ({ orderId, email: "asha@example.com" });

it("E6: with Sentinels, what replicas confirmed is sent after the master was killed, without a restart", async () => {
  const { provider, sends } = recordingProvider();
  const bus = line.bus({
    url: sentinels.url,
    prefix: "sentinel",
    provider,
    bus: { durability: "replicated", replication: { timeout: "500ms" } },
  });
  await bus.start();
  const publish = (orderId: string) => bus.publishEvent.orderPlaced(order(orderId), { id: orderId.toLowerCase() });
  const first = observed(bus, "sent");
  expect(await publish("A-1")).toMatchObject({ durability: "replicated", repeated: false });
  await first;

  const second = observed(bus, "sent");
  const master = await sentinels.master();
  await master.kill();
  const promoted = await sentinels.failover(master);
  await expect.poll(() => publish("A-2").catch((error: Error) => error), { timeout: 20_000 }).toMatchObject({ durability: "replicated" });
  await second;
  expect(await promoted.ask<unknown[]>("ROLE")).toContain("master");

  // Whoever is not confirmed may be in the log: the same id finds it there, and is acknowledged when a replica has it.
  const replica = sentinels.servers.find((server) => server !== master && server !== promoted)!;
  const third = observed(bus, "sent");
  replica.signal("SIGSTOP");
  await expect(publish("A-3")).rejects.toMatchObject({
    code: "PUBLISH_FAILED",
    eventId: "a-3",
    message: expect.stringMatching(/0 of 1 replicas confirmed it within 500 ms\). It may or may not be in the log: publish again with/),
  });
  replica.signal("SIGCONT");
  await expect.poll(() => publish("A-3").catch((error: Error) => error)).toMatchObject({ durability: "replicated", repeated: true });
  await third;
  expect(sends.map(({ message }) => message.subject)).toEqual(["Order A-1", "Order A-2", "Order A-3"]);
});
