import { createServer, type Server, type Socket } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { observed, orderPlaced, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";
import { freePort } from "../../src/base/redis-server/launch.ts";

const { url, prefix } = testRedis();
const line = testLine();
const order = { orderId: "A-1", email: "asha@example.com" };

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

async function listen(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer(onConnection);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `redis://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

describe("publish", () => {
  it("returns when the event is in the log, as a CloudEvent that others can read", async () => {
    const bus = line.bus({ url, prefix });
    const { id, topic, repeated } = await bus.publishEvent.orderPlaced(order, { correlationId: "c-1", causationId: "e-0" });
    expect({ topic, repeated }).toEqual({ topic: "order.placed", repeated: false });
    expect((await bus.inspect.events(1))[0]).toEqual({
      specversion: "1.0",
      id,
      source: "/test",
      type: "order.placed",
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      datacontenttype: "application/json",
      dataversion: 1,
      partitionkey: "A-1",
      correlationid: "c-1",
      causationid: "e-0",
      data: order,
    });
  });

  it("gives one event for one idempotency key, however often it is called", async () => {
    const bus = line.bus({ url, prefix });
    const results = await Promise.all(Array.from({ length: 10 }, () => bus.publishEvent.orderPlaced(order, { idempotencyKey: "k-1" })));
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
  });

  it("names both events when an idempotency key comes with another payload", async () => {
    const bus = line.bus({ url, prefix });
    const { id } = await bus.publishEvent.orderPlaced(order, { idempotencyKey: "k-2" });
    const error: unknown = await bus.publishEvent
      .orderPlaced({ ...order, orderId: "A-2" }, { idempotencyKey: "k-2", id: "mine" })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "IDEMPOTENCY_CONFLICT",
      message: expect.stringMatching(new RegExp(`"k-2".*${id}.*mine`, "s")) as string,
    });
  });

  it("refuses an unknown topic with a suggestion, and an invalid payload with every path; nothing is published", async () => {
    const empty = line.bus({ url, prefix: `${prefix}-empty` });
    await expect(empty.publish("order.place", order)).rejects.toMatchObject({
      code: "UNKNOWN_TOPIC",
      message: 'No topic is called "order.place". Did you mean "order.placed"?',
    });
    await expect(empty.publish("order.placed", { email: 5 })).rejects.toMatchObject({
      code: "INVALID_EVENT",
      problems: [expect.stringMatching(/^orderId: /), expect.stringMatching(/^email: /)],
    });
    await expect(empty.publish("order.placed", { ...order, note: "x".repeat(300_000) })).rejects.toMatchObject({ code: "EVENT_TOO_LARGE" });
    await expect(empty.publish("order.placed", order, { idempotencyKey: "", id: "a b" })).rejects.toMatchObject({
      code: "INVALID_EVENT",
      problems: { length: 2 },
    });
    expect(await empty.inspect.events(10)).toEqual([]);
  });

  it("keeps one entry when the reply of an append is lost and the client sends it again", async () => {
    const target = new URL(url);
    let cut = true;
    const proxy = await listen((client) => {
      const upstream = new (client.constructor as typeof Socket)().connect(Number(target.port), target.hostname);
      let appending = false;
      client.on("data", (data: Buffer) => {
        appending ||= data.includes("order.placed") && data.includes("orderId");
        upstream.write(data);
      });
      upstream.on("data", (data: Buffer) => {
        if (appending && cut) {
          cut = false;
          client.destroy();
        } else client.write(data);
      });
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on("error", () => undefined);
        one.on("close", () => other.destroy());
      }
    });
    const proxied = new URL(proxy);
    [proxied.username, proxied.password] = [target.username, target.password];
    const bus = line.bus({ url: proxied.href, prefix: `${prefix}-cut` });
    const { id, repeated } = await bus.publishEvent.orderPlaced(order);
    expect(cut).toBe(false);
    expect(repeated).toBe(true);
    expect((await bus.inspect.events(10)).map((event) => event.id)).toEqual([id]);
  });

  it("fails in time, with the id to publish again with, when Redis does not answer", async () => {
    const deaf = await listen(() => undefined);
    const bus = line.bus({ url: deaf, prefix, bus: { publishDeadline: 200 } });
    const error: unknown = await bus.publishEvent.orderPlaced(order).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "PUBLISH_FAILED",
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      message: expect.stringMatching(/was not published\. .*\. Then publish again with \{ id: "[0-9a-f-]{36}" \}\.$/) as string,
    });
  });

  it("says at which address nobody answers, and why, when Redis is not there", async () => {
    const bus = line.bus({ url: `redis://127.0.0.1:${await freePort()}`, prefix, bus: { publishDeadline: 200 } });
    await expect(bus.publishEvent.orderPlaced(order)).rejects.toThrow(
      /was not published\. No Redis answers at redis:\/\/127\.0\.0\.1:\d+ \(connect ECONNREFUSED .*\)\. Start it, .*\. Then publish again/,
    );
  });

  it("B7: is not held up by a provider that does not answer", async () => {
    let release!: () => void;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    const { provider, sends } = recordingProvider(() => blocked.then(() => ({ kind: "sent" })));
    const bus = line.bus({ url, prefix: `${prefix}-slow`, provider });
    await bus.start();
    const routed = observed(bus, "routed", 20);
    const sent = observed(bus, "sent", 20);
    for (let index = 0; index < 20; index++) await bus.publishEvent.orderPlaced({ ...order, orderId: `A-${index}` });
    await routed;
    expect(sends.length).toBeLessThanOrEqual(5);
    release();
    await sent;
  });

  it("is refused after a stop, and before a stop no listener can disturb it", async () => {
    const bus = line.bus({ url, prefix });
    bus.on("published", () => {
      throw new Error("a listener with a fault");
    });
    expect(await bus.publishEvent.orderPlaced(order)).toMatchObject({ topic: "order.placed" });
    await bus.stop();
    await bus.stop();
    await expect(bus.publishEvent.orderPlaced(order)).rejects.toMatchObject({ code: "STOPPED" });
  });

  it("is typed: a payload that does not fit does not compile", () => {
    const bus = line.bus({ url, prefix });
    // @ts-expect-error email is missing
    const missing = () => bus.publishEvent.orderPlaced({ orderId: "A-1" });
    // @ts-expect-error no such topic
    const unknown = () => bus.publishEvent.orderPlacd(order);
    expect([missing, unknown]).toHaveLength(2);
    expect(orderPlaced.name).toBe("order.placed");
  });
});

describe("C7: a batch", () => {
  let batches = 0;
  const newBus = () => line.bus({ url, prefix: `${prefix}-batch-${(batches += 1)}` });

  it("is in the log when it resolves, in the order given, and every event has an id of its own", async () => {
    const bus = newBus();
    const payloads = Array.from({ length: 250 }, (_, index) => ({ orderId: `B-${index}`, email: "asha@example.in" }));
    const published = await bus.publishEvent.orderPlaced.batch(payloads, { correlationId: "import-7" });
    expect(new Set(published.map(({ id }) => id)).size).toBe(250);
    const events = await bus.inspect.events(250);
    const byId = new Map(events.map((event) => [event.id, event]));
    expect(published.map(({ id }) => (byId.get(id)!.data as { orderId: string }).orderId)).toEqual(payloads.map(({ orderId }) => orderId));
    expect(new Set(events.map(({ correlationid }) => correlationid))).toEqual(new Set(["import-7"]));
  });

  it("with one wrong payload publishes none, and names each that is wrong by its index", async () => {
    const bus = newBus();
    const payloads = [
      { orderId: "B-1", email: "a@example.in" },
      { orderId: 2 },
      { orderId: "B-3", email: "a@example.in", note: "x".repeat(300_000) },
    ];
    await expect(bus.publishEvent.orderPlaced.batch(payloads as never)).rejects.toThrow(
      /no event of the batch was published:[\s\S]*\[1\] orderId: [\s\S]*\[1\] email: [\s\S]*\[2\] order.placed: the event has 300/,
    );
    expect(await bus.inspect.events(10)).toEqual([]);
    await expect(bus.publishEvent.orderPlaced.batch("orders" as never)).rejects.toThrow("batch takes a list of payloads");
    expect(await bus.publishEvent.orderPlaced.batch([])).toEqual([]);
    const two = [order, { ...order, orderId: "B-2" }];
    await expect(bus.publishEvent.orderPlaced.batch(two, { id: "one" } as never)).rejects.toThrow("id belongs to one event");
    await expect(bus.publishEvent.orderPlaced.batch(two, { idempotencyKey: "one" } as never)).rejects.toThrow(
      "idempotencyKey belongs to one event",
    );
    await expect(bus.publishEvent.orderPlaced(order, "high" as never)).rejects.toThrow('its options must be an object, not "high"');
    await expect(bus.publishEvent.orderPlaced(order, { deliverAt: new Date() } as never)).rejects.toThrow("give its toISOString()");
    expect(await bus.inspect.events(10)).toEqual([]);
  });

  it("refuses an id that belongs to an event with another payload: nothing is lost in silence", async () => {
    const bus = line.bus({ url, prefix: `${prefix}-ids` });
    const first = await bus.publishEvent.orderPlaced(order, { id: "ce-1" });
    expect(await bus.publishEvent.orderPlaced({ email: order.email, orderId: order.orderId }, { id: "ce-1" })).toEqual({
      ...first,
      repeated: true,
    });
    await expect(bus.publishEvent.orderPlaced({ ...order, orderId: "A-2" }, { id: "ce-1" })).rejects.toThrow(
      'the id "ce-1" belongs to an event with another payload. This one was not published',
    );
    expect(await bus.inspect.events(10)).toHaveLength(1);
  });
});
