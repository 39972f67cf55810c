import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import type { WebhookOptions } from "../../src/bus/channels-options.ts";
import type { View } from "../../src/bus/view.ts";
import { createBus, defineSubscriber, defineTopic, type Subscriber } from "../../src/index.ts";
import { createTestBus } from "../../src/testing/index.ts";
import lowStockAlert from "../../subscribers/low-stock-alert.ts";
import { inventoryLowStock } from "../../topics/inventory-low-stock.ts";
import { webhookReceiver } from "../support/receiver.ts";
import { testRedis } from "../support/redis.ts";

const { url: redis, prefix } = testRedis();
const topics = { inventoryLowStock };
const lowStock = inventoryLowStock.example!;
const operationsHook = "https://operations.example.in/hooks/low-stock";
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

async function testBus(subscribers: readonly Subscriber[] = [lowStockAlert], webhook: WebhookOptions = {}) {
  const bus = await createTestBus({ topics, subscribers, redis, channels: { webhook } });
  onTestFinished(bus.stop);
  return bus;
}

/** A subscriber that posts to one address. */
const postingTo = (address: string, { name = "hook", attempts = 2 } = {}): Subscriber =>
  defineSubscriber(inventoryLowStock, {
    name,
    deliver: ({ webhook }) => [webhook({ to: () => address, retry: { attempts, delay: 10, jitter: 0 } })],
  });

/** A bus that sends for real. */
const live = (subscribers: readonly Subscriber[], name: string) => {
  const bus = createBus({
    application: "test",
    topics,
    subscribers,
    redis,
    prefix: `${prefix}-${name}`,
    channels: { webhook: { secrets: [secret], allow: ["127.0.0.1"] } },
    send: { live: true },
  });
  onTestFinished(() => bus.stop());
  return bus;
};

describe("inventory.low_stock", () => {
  it("is an e-mail to those who order and a webhook to the operations tool", async () => {
    const bus = await testBus();
    const { id } = await bus.publishEvent.inventoryLowStock(lowStock);
    expect(await bus.drain()).toMatchObject({ sent: 2, dead: 0 });
    await bus.expectSent({ channel: "email", to: lowStock.warehouse.email });
    const { message, provider, delivery } = await bus.expectSent({ channel: "webhook", to: operationsHook, text: '"sku":"TEA-ASM-500"' });
    expect(provider).toBe("webhook (mailroom)");
    expect(message).toMatchObject({ provider: "webhook", to: [operationsHook], subject: undefined, deliveryId: delivery.id });
    expect(JSON.parse(message!.text!)).toEqual({
      alertId: id,
      sku: "TEA-ASM-500",
      stock: 8,
      threshold: 25,
      warehouse: "wh_blr",
      noticedAt: "2025-10-18T20:30:00Z",
    });
  });

  it("the e-mail does not wait for a tool that is down, and the tool is told when it is back", async () => {
    const bus = await testBus();
    bus.mailroom.fail("webhook", 503, { retryAfter: "2m" });
    await bus.publishEvent.inventoryLowStock(lowStock);
    expect(await bus.drain()).toMatchObject({ sent: 1, waiting: 1 });
    await bus.clock.advance("119s");
    await bus.expectNotSent({ channel: "webhook" });
    await bus.clock.advance("2s");
    await bus.expectSent({ channel: "webhook" });
  });
});

describe("a webhook", () => {
  it("is a dead letter where the receiver refuses it, suppressed where it is gone, and tried again where its answer was lost", async () => {
    const bus = await testBus([postingTo("https://ops.example.in/a")]);
    bus.mailroom.fail("webhook", 422, { message: "no such sku" });
    await bus.publishEvent.inventoryLowStock(lowStock);
    await bus.expectDead({ channel: "webhook", reason: '422 {"error":"no such sku"}' });
    bus.mailroom.fail("webhook", 410);
    await bus.publishEvent.inventoryLowStock(lowStock);
    await bus.expectSuppressed({ channel: "webhook", reason: "410" });
    await bus.publishEvent.inventoryLowStock(lowStock);
    await bus.expectSuppressed({ channel: "webhook", reason: "is suppressed since" });
    await bus.suppressions.release({ channel: "webhook", address: "https://ops.example.in/a" });
    bus.mailroom.fail("webhook", "reset");
    await bus.publishEvent.inventoryLowStock(lowStock);
    await bus.drain();
    await bus.clock.advance("1s");
    const { delivery } = await bus.expectSent({ channel: "webhook" });
    // The receiver knows the repeat by its id.
    expect(bus.mailroom.messages().filter(({ deliveryId }) => deliveryId === delivery.id)).toHaveLength(2);
  });

  it("has its address masked for people, whether its topic has marks or not: its path may be what lets in", async () => {
    const stockTaken = defineTopic("stock.taken", z.object({ sku: z.string() }));
    const address = "https://ops.example.in/hooks/token-4711";
    const hook = defineSubscriber(stockTaken, { name: "hook", deliver: ({ webhook }) => [webhook({ to: () => address })] });
    const bus = await createTestBus({ topics: { stockTaken }, subscribers: [hook], redis, channels: { webhook: {} } });
    onTestFinished(bus.stop);
    bus.mailroom.fail("webhook", 422, { message: `nobody at ${address}` });
    const { id: event } = await bus.publishEvent.stockTaken({ sku: "TEA" });
    const { delivery } = await bus.expectDead({ channel: "webhook" });
    const shown = async (view: View) => [
      (await bus.deadLetters.list(view)).deadLetters,
      (await bus.deadLetters.groups(view)).groups[0]!.sample,
      await bus.deadLetters.show(delivery.id, view),
      await bus.deliveries.status(delivery.id, view),
      await bus.replays.local({ event, subscriber: "hook", ...view }),
    ];
    for (const seen of await shown({})) {
      expect(JSON.stringify(seen)).toContain("https://ops.example.in/…");
      expect(JSON.stringify(seen)).not.toContain("token-4711");
    }
    for (const seen of await shown({ showPii: { actor: "ravi" } })) expect(JSON.stringify(seen)).toContain(address);
  });

  it("ends as the team's own outcomes say", async () => {
    const bus = await testBus([postingTo("https://ops.example.in/a")], { outcomes: { 404: "suppress" } });
    bus.mailroom.fail("webhook", 404);
    await bus.publishEvent.inventoryLowStock(lowStock);
    expect((await bus.expectSuppressed({ channel: "webhook" })).reason).toMatch(/: 404/);
  });

  it("whose address is in our own network is a dead letter that says how to allow it", async () => {
    const bus = await testBus([postingTo("https://169.254.169.254/latest/meta-data/")]);
    await bus.publishEvent.inventoryLowStock(lowStock);
    await bus.expectDead({ channel: "webhook", reason: /^169\.254\.169\.254 is .*: to allow it, name .* WEBHOOK_ALLOW$/ });
    expect(bus.mailroom.messages()).toEqual([]);
  });
});

describe("a webhook that is sent for real", () => {
  it("reaches the receiver as a signed CloudEvent", async () => {
    const { port, received } = await webhookReceiver();
    const bus = live([postingTo(`http://127.0.0.1:${port}/hook`)], "live");
    await bus.start();
    const { id } = await bus.publishEvent.inventoryLowStock(lowStock);
    await vi.waitUntil(() => received.length > 0, { timeout: 10_000, interval: 10 });
    const [{ headers, body }] = received as [(typeof received)[number]];
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      specversion: "1.0",
      id,
      type: "inventory.low_stock",
      data: lowStock,
    });
    expect(headers).toMatchObject({ "content-type": "application/cloudevents+json", "webhook-id": expect.stringMatching(/^d_/) as string });
  });

  it("one receiver that does not answer does not hold up another", async () => {
    const silent = await webhookReceiver({ answer: () => undefined });
    const quick = await webhookReceiver();
    const subscribers = [
      postingTo(`http://127.0.0.1:${silent.port}/`, { name: "silent", attempts: 1 }),
      postingTo(`http://127.0.0.1:${quick.port}/`, { name: "quick" }),
    ];
    const bus = live(subscribers, "both");
    await bus.start();
    for (const sku of ["a", "b", "c"]) await bus.publishEvent.inventoryLowStock({ ...lowStock, sku });
    await vi.waitUntil(() => quick.received.length === 3 && silent.received.length === 3, { timeout: 10_000, interval: 10 });
    expect(quick.received.map(({ body }) => (JSON.parse(body) as { data: { sku: string } }).data.sku).toSorted()).toEqual(["a", "b", "c"]);
    // So that the stop need not wait for them.
    silent.drop();
  });

  it("does not start without a secret", async () => {
    const bus = createBus({ application: "test", topics, subscribers: [lowStockAlert], redis, prefix, channels: {}, send: { live: true } });
    await expect(bus.check()).rejects.toThrow(/Set WEBHOOK_SECRETS .* or switch the channel off with WEBHOOK_ENABLED=false/);
    await bus.stop();
  });
});
