import { describe, expect, it } from "vitest";
import { createBus, defineSubscriber, type Subscriber } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed, orderPlaced, receipt, receiptEmail, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();
const by = { actor: "asha", reason: "the order was withdrawn" };
const later = { deliverAt: new Date(Date.now() + 3_600_000).toISOString() };

let made = 0;
const order = (orderId: string, email = "asha@example.com") => ({ orderId, email });
/** An e-mail, and a webhook in its place where that does not arrive. */
const chain = defineSubscriber(orderPlaced, {
  name: "chain",
  deliver: ({ firstOf, email, webhook }) => [
    firstOf(
      email({ name: "first", to: ({ data }) => data.email, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) }),
      webhook({ name: "second", to: () => "http://127.0.0.1:9/nowhere", data: ({ data }) => data }),
    ),
  ],
});

function newBus(subscribers: readonly Subscriber[] = [receipt]) {
  const { provider, sends } = recordingProvider();
  const bus = kept(() =>
    createBus({
      application: "test",
      topics: { orderPlaced },
      subscribers,
      redis: url,
      prefix: `${filePrefix}-${(made += 1)}`,
      channels: {
        email: { from: "shop@example.com", rateLimit: false, providers: [provider] },
        webhook: { providers: [provider as never] },
      },
      send: { live: true },
    }),
  );
  return { bus, sends };
}

/** Publishes orders and waits until they are routed. */
async function routedOrders(bus: ReturnType<typeof newBus>["bus"], ids: readonly string[], options: object = {}) {
  const { subscribers } = await bus.catalog();
  const routed = observed(bus, "routed", ids.length * subscribers.length);
  const published = await Promise.all(ids.map((id) => bus.publishEvent.orderPlaced(order(id), options)));
  await routed;
  return published;
}

const problemOf = (work: Promise<unknown>) =>
  work.then(String, (error: { code: string; message: string }) => `${error.code} ${error.message}`);

describe("C3: several deliveries", () => {
  it("of an event are cancelled, with all steps of a firstOf, and those of other events are not", async () => {
    const { bus, sends } = newBus([receipt, chain]);
    await bus.start();
    await bus.channels.pause("email");
    const [first] = await routedOrders(bus, ["A-1", "A-2"]);
    const seen = await bus.deliveries.cancelMany({ event: first!.id, preview: true });
    expect(seen).toEqual({ events: 1, cancelled: 3, refused: {}, audiences: 0, unplanned: [], preview: true });
    expect(await bus.deliveries.cancelMany({ event: first!.id, ...by })).toEqual({ ...seen, preview: false });
    const trace = await bus.inspect.trace(first!.id);
    expect(trace!.subscribers.flatMap(({ deliveries }) => deliveries.map(({ route, state, reason }) => [route, state, reason]))).toEqual([
      ["first", "cancelled", "by asha: the order was withdrawn"],
      ["second", "cancelled", "by asha: the order was withdrawn"],
      ["email", "cancelled", "by asha: the order was withdrawn"],
    ]);
    const sent = observed(bus, "sent", 2);
    await bus.channels.resume("email");
    await sent;
    expect(sends.map(({ message }) => message.subject)).toEqual(["Order A-2", "Order A-2"]);
    expect(await bus.deliveries.cancelMany({ event: first!.id })).toMatchObject({ cancelled: 0, refused: { "it has ended": 3 } });
    const entry = (await bus.audit()).entries.find(({ of }) => of.endsWith(": 3"));
    expect(entry).toMatchObject({ by: "asha", of: `the event ${first!.id}: 3`, reason: by.reason });
  });

  it("are found by a value of a search key, by subscriber and by channel, waiting or scheduled, and the value stays out of the record", async () => {
    const { bus } = newBus([receipt, chain]);
    await bus.start();
    await routedOrders(bus, ["B-1", "B-2"], later);
    expect(await bus.deliveries.cancelMany({ value: "B-1", key: "orderId", subscriber: "receipt", ...by })).toMatchObject({
      events: 1,
      cancelled: 1,
    });
    expect(await bus.deliveries.cancelMany({ value: "asha@example.com", channel: "webhook", ...by })).toMatchObject({
      events: 2,
      cancelled: 2,
    });
    expect(await bus.deliveries.cancelMany({ subscriber: "chain", preview: true })).toMatchObject({ cancelled: 2 });
    expect(await bus.deliveries.cancelMany({ channel: "email" })).toEqual({
      cancelled: 3,
      refused: {},
      audiences: 0,
      unplanned: [],
      preview: false,
    });
    expect((await bus.audit()).entries.map(({ of }) => of)).toEqual([
      "the channel email: 3",
      "events found by a value, the channel webhook: 2",
      "events found by orderId, the subscriber receipt: 1",
    ]);
    expect((await bus.inspect.queues())["email"]).toMatchObject({ delayed: 0 });
  });

  it("are not sent by an audience that is still being looked up, and what a subscriber has not read is named", async () => {
    let pages = 0;
    let go!: () => void;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const everybody = defineSubscriber(orderPlaced, {
      name: "everybody",
      deliver: ({ email }) => [
        email({
          audience: async (_event, { cursor }) => {
            pages += 1;
            if (cursor !== undefined) await gate;
            return { recipients: [`p${pages}@example.com`], next: pages < 3 ? String(pages) : undefined };
          },
          template: receiptEmail,
          data: ({ data }) => ({ orderId: data.orderId }),
        }),
      ],
    });
    const { bus, sends } = newBus([everybody, receipt]);
    await bus.start();
    await bus.channels.pause("email");
    await bus.subscribers.pause("receipt");
    const released = observed(bus, "released", 1);
    const { id } = await bus.publishEvent.orderPlaced(order("C-1"));
    await released;
    await expect.poll(() => pages, { interval: 5 }).toBe(2);
    expect(await bus.deliveries.cancelMany({ event: id, ...by })).toEqual({
      events: 1,
      cancelled: 1,
      refused: {},
      audiences: 1,
      unplanned: ["receipt"],
      preview: false,
    });
    go();
    await expect.poll(async () => (await bus.inspect.queues())["audiences"], { interval: 10 }).toMatchObject({ active: 0, completed: 1 });
    await bus.channels.resume("email");
    expect((await bus.inspect.queues())["email"]).toMatchObject({ waiting: 0, delayed: 0, completed: 0 });
    expect([pages, sends]).toEqual([2, []]);
  });

  it("are never all cancelled, and what cannot be meant is told", async () => {
    const { bus } = newBus();
    expect(await problemOf(bus.deliveries.cancelMany({}))).toMatch(/^INVALID_SELECTION Nothing was cancelled:\n {2}- say which deliveries/);
    expect(await problemOf(bus.deliveries.cancelMany({ key: "orderId", event: "e-1" }))).toMatch(/key: goes with a value/);
    expect(await problemOf(bus.deliveries.cancelMany({ value: "x", event: "e-1" }))).toMatch(/either an event or a value/);
    expect(await problemOf(bus.deliveries.cancelMany({ subscriber: "reciept" }))).toMatch(
      /^UNKNOWN_SUBSCRIBER .* Did you mean "receipt"\?$/,
    );
    expect(await problemOf(bus.deliveries.cancelMany({ channel: "emial" }))).toMatch(/^UNKNOWN_QUEUE .* Did you mean "email"\?$/);
    expect(await bus.deliveries.cancelMany({ event: "nobody" })).toMatchObject({ events: 0, cancelled: 0 });
  });
});
