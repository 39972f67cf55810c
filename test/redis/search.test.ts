import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type BusOptions, createBus, defineSubscriber, defineTopic } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { ask, httpDoor } from "../support/http.ts";
import { observed, receiptEmail, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();
const nothing = (): void => undefined;
let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;

const customer = z.object({ email: z.string() });
const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), customer }), { index: ["orderId", "customer.email"] });
const orderRefunded = defineTopic("order.refunded", z.object({ refundId: z.int(), order: z.object({ id: z.string() }) }), {
  index: ["refundId", "order.id"],
});
const newsPublished = defineTopic("news.published", z.object({ orderId: z.string() }));
const both = defineSubscriber([orderPlaced, orderRefunded], {
  name: "both",
  deliver: ({ email, handler }) => [
    email({
      when: ({ type }) => type === "order.placed",
      to: () => "asha@example.com",
      template: receiptEmail,
      data: () => ({ orderId: "A-1" }),
    }),
    handler({ handle: async () => undefined }),
  ],
});
const topics = { orderPlaced, orderRefunded, newsPublished };

const newBus = (more: Partial<BusOptions<typeof topics>> = {}) =>
  kept(() =>
    createBus<typeof topics>({
      application: "test",
      topics: topics as never,
      subscribers: [both],
      redis: url,
      prefix: newPrefix(),
      partitions: 2,
      channels: { email: { from: "shop@example.com", providers: [recordingProvider().provider] } },
      send: { live: true },
      ...more,
    }),
  );
const order = (orderId: string, email = "asha@example.com") => ({ orderId, customer: { email } });

describe("search", () => {
  it("finds everything that an order caused, in every topic and on every channel, the newest first, each with its trace", async () => {
    const bus = newBus();
    await bus.start();
    const sent = observed(bus, "sent", 3);
    const placed = await bus.publishEvent.orderPlaced(order("A-1001"));
    await bus.publishEvent.orderPlaced(order("A-1002"), { deliverAt: new Date(Date.now() + 3_600_000).toISOString() });
    await bus.publishEvent.newsPublished({ orderId: "A-1001" });
    const refunded = await bus.publishEvent.orderRefunded({ refundId: 7, order: { id: "A-1001" } });
    await sent;
    await expect.poll(async () => (await bus.subscribers.list()).every(({ lag, pending }) => lag + pending === 0)).toBe(true);

    const result = await bus.inspect.search({ value: "A-1001", key: "order" });
    expect(result).toEqual({
      events: [
        { ...(await bus.inspect.trace(refunded.id)), chain: undefined, keys: ["order.id"] },
        { ...(await bus.inspect.trace(placed.id)), chain: undefined, keys: ["orderId"] },
      ],
      more: false,
      searched: [
        { topic: "order.placed", keys: ["orderId"] },
        { topic: "order.refunded", keys: ["order.id"] },
      ],
    });
    const channels = result.events.flatMap(({ subscribers }) =>
      subscribers.flatMap(({ deliveries }) => deliveries.map((each) => each.channel)),
    );
    expect(channels.toSorted()).toEqual(["email", "handler", "handler"]);
  });

  it("is by any search key or by one that is named, numbers as text, and says what was searched", async () => {
    const bus = newBus();
    await bus.publishEvent.orderPlaced(order("7", "7"));
    await bus.publishEvent.orderRefunded({ refundId: 7, order: { id: "8" } });
    const keysOf = async (value: string, key?: string) => (await bus.inspect.search({ value, key })).events.map(({ keys }) => keys);
    expect(await keysOf("7")).toEqual([["refundId"], ["orderId", "customer.email"]]);
    expect(await keysOf("7", "email")).toEqual([["customer.email"]]);
    expect(await keysOf("7", "refund")).toEqual([["refundId"]]);
    expect(await keysOf("8", "refundId")).toEqual([]);
    expect(await bus.inspect.search({ value: "7", key: "nothing" })).toEqual({ events: [], more: false, searched: [] });
    expect(await bus.inspect.search({ value: "nobody", key: "order" })).toMatchObject({ events: [], searched: [{}, {}] });
  });

  it("gives the newest up to the limit, and says that there are older ones", async () => {
    // One partition: two have no order among each other within a millisecond.
    const bus = newBus({ partitions: 1 });
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await bus.publishEvent.orderPlaced(order(`A-${index}`))).id);
    const idsOf = async (limit: number) => {
      const { events, more } = await bus.inspect.search({ value: "asha@example.com", limit });
      return [events.map(({ event }) => event.id), more];
    };
    expect(await idsOf(3)).toEqual([ids.slice(0, 3), true]);
    expect(await idsOf(5)).toEqual([ids, false]);
  });

  it("finds an event of an older version by what it had, under its name of today", async () => {
    const prefix = newPrefix();
    const old = newBus({ prefix });
    const { id } = await old.publishEvent.orderPlaced(order("A-1"));
    const evolved = orderPlaced.evolve(
      z.object({ order: z.object({ number: z.string() }) }),
      ({ orderId }) => ({ order: { number: orderId } }),
      { index: ["order.number"] },
    );
    const bus = kept(() => createBus({ application: "test", topics: { orderPlaced: evolved }, redis: url, prefix }));
    for (const key of [undefined, "number"])
      expect((await bus.inspect.search({ value: "A-1", key })).events).toMatchObject([{ event: { id }, keys: ["order.number"] }]);
    // The newest version has no e-mail address, and the log has: only a search without a name finds it.
    expect((await bus.inspect.search({ value: "asha@example.com" })).events).toMatchObject([{ event: { id }, keys: [] }]);
    expect((await bus.inspect.search({ value: "asha@example.com", key: "email" })).searched).toEqual([]);
  });

  it("tells at debug which value is too long to be found, without repeating it, and publishes the event", async () => {
    const lines: unknown[] = [];
    const debug = (...parts: unknown[]): void => void lines.push(parts);
    const logger = { debug, info: nothing, warn: nothing, error: nothing, child: () => logger };
    const bus = newBus({ logger });
    const long = "x".repeat(257);
    const { id } = await bus.publishEvent.orderPlaced(order("A-1", long));
    expect(lines).toEqual([
      [
        { topic: "order.placed", event: id, path: "customer.email", why: "a value has 257 bytes, at most 256 are searched" },
        "an event is not found by a value of this search key",
      ],
    ]);
    expect((await bus.inspect.search({ value: long })).events).toEqual([]);
    expect((await bus.inspect.search({ value: "A-1" })).events).toHaveLength(1);
  });

  it("finds with the secret that was published with, and with no other", async () => {
    const prefix = newPrefix();
    await newBus({ prefix, indexSecret: "s".repeat(32) }).publishEvent.orderPlaced(order("A-1"));
    const found = async (more: object) => (await newBus({ prefix, ...more }).inspect.search({ value: "A-1" })).events.length;
    expect([await found({ indexSecret: "s".repeat(32) }), await found({ indexSecret: "t".repeat(32) }), await found({})]).toEqual([
      1, 0, 0,
    ]);
    expect(() => newBus({ indexSecret: "short" })).toThrow(/indexSecret: must be text of at least 32 characters/);
  });
});

describe("GET /v1/traces", () => {
  const prefix = newPrefix();
  const door = httpDoor({ redis: url, prefix, application: "test" });

  it("C10: answers what became of all events that have a value at a search key, and what was searched", async () => {
    const bus = newBus({ prefix });
    const server = await door.serve({ bus });
    const key = await door.key({ name: "reader", scopes: ["read"] });
    const get = async (query: string) => (await ask(`${server.url}/v1/traces?${query}`, { key })).body;
    const { id } = await bus.publishEvent.orderPlaced(order("A-1"));
    await bus.publishEvent.orderPlaced(order("A-1"));
    expect(await get("key=email&value=asha%40example.com&count=1")).toMatchObject({
      events: [{ event: { type: "order.placed" }, keys: ["customer.email"], subscribers: [{ name: "both" }] }],
      more: true,
      searched: [{ topic: "order.placed", keys: ["customer.email"] }],
    });
    expect((await get("value=A-1")) as { events: unknown[] }).toMatchObject({ events: [{}, { event: { id } }], more: false });
    expect(await get("value=nobody")).toMatchObject({ events: [], more: false });
    expect(await get("key=order")).toMatchObject({ status: 400, problems: [expect.stringMatching(/^value: /)] });
  });
});
