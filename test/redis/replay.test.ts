import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createBus, defineSubscriber, defineTopic, type Subscriber } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed, orderPlaced, receipt, receiptEmail, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();
const orderShipped = defineTopic("order.shipped", z.object({ orderId: z.string() }));

let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;
const order = (orderId: string, email = "asha@example.com") => ({ orderId, email });
const copyEmail = (name: string, to: string): Subscriber =>
  defineSubscriber(orderPlaced, {
    name,
    filter: { orderId: [{ prefix: "A" }] },
    deliver: ({ email }) => [email({ to: () => to, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) })],
  });
const late = copyEmail("late", "late@example.com");

interface NewBus {
  readonly prefix: string;
  readonly subscribers?: readonly Subscriber[];
  readonly provider?: ReturnType<typeof recordingProvider>["provider"];
}
const newBus = ({ prefix, subscribers = [receipt], provider = recordingProvider().provider }: NewBus) =>
  kept(() =>
    createBus({
      application: "test",
      topics: { orderPlaced, orderShipped },
      subscribers,
      redis: url,
      prefix,
      channels: { email: { from: "shop@example.com", rateLimit: false, providers: [provider] } },
      send: { live: true },
    }),
  );

/** Two orders that `receipt` has sent, and one that its provider refused; `late` is added afterwards and has seen none of them. */
async function pastOrders() {
  const prefix = newPrefix();
  const { provider, sends } = recordingProvider(({ message }) =>
    message.to === "nobody@example.com" ? { kind: "reject", reason: "no such mailbox" } : { kind: "sent" },
  );
  const first = newBus({ prefix, provider });
  await first.start();
  const [sent, dead] = [observed(first, "sent", 2), observed(first, "dead")];
  for (const id of ["A-1", "A-2"]) await first.publishEvent.orderPlaced(order(id));
  await first.publishEvent.orderPlaced(order("B-1", "nobody@example.com"));
  await Promise.all([sent, dead]);
  await first.stop();
  sends.length = 0;
  const bus = newBus({ prefix, provider, subscribers: [receipt, late] });
  await bus.start();
  return { bus, sends, prefix };
}

const topic = "order.placed";
const hoursAgo = (hours: number): number => Date.now() - hours * 3_600_000;

describe("a replay", () => {
  it("previews what a subscriber that was added late has missed, and sends nothing", async () => {
    const { bus, sends } = await pastOrders();
    const seen: number[] = [];
    const preview = await bus.replay({ topic, subscriber: "late", preview: true, onProgress: ({ events }) => seen.push(events) });
    expect(preview).toMatchObject({ events: 3, matched: 2, planned: 2, missing: 2, queued: 0, sent: 0, finished: true });
    expect(preview.samples).toMatchObject([
      { channel: "email", route: "email", to: "late@example.com" },
      { channel: "email", to: "late@example.com" },
    ]);
    expect(seen).toEqual([3]);
    expect(sends).toEqual([]);
    expect((await bus.inspect.queues())["email"]).toMatchObject({ waiting: 0, delayed: 0 });
  });

  it("sends what was never sent, once, and a second one finds nothing more; its trace shows it", async () => {
    const { bus, sends } = await pastOrders();
    const sent = observed(bus, "sent", 2);
    expect(await bus.replay({ topic, subscriber: "late" })).toMatchObject({ missing: 2, queued: 2, finished: true });
    await sent;
    expect(sends.map(({ message }) => message.subject).toSorted()).toEqual(["Order A-1", "Order A-2"]);
    expect(await bus.replay({ topic, subscriber: "late" })).toMatchObject({ missing: 0, queued: 0, sent: 2 });
    const event = (await bus.inspect.events(10)).find(({ data }) => (data as { orderId: string }).orderId === "A-1");
    const traced = (await bus.inspect.trace(event!.id))?.subscribers.find(({ name }) => name === "late");
    expect(traced).toMatchObject({ state: "routed", deliveries: [{ state: "sent" }] });
    expect(sends).toHaveLength(2);
  });

  it("leaves alone what was sent and what is a dead letter", async () => {
    const { bus, sends } = await pastOrders();
    expect(await bus.replay({ topic, subscriber: "receipt" })).toMatchObject({
      events: 3,
      planned: 3,
      sent: 2,
      dead: 1,
      missing: 0,
      queued: 0,
    });
    expect(sends).toEqual([]);
  });

  it("looks at the events of the asked time alone", async () => {
    const { bus } = await pastOrders();
    const future = { from: Date.now() + 1_000, to: Date.now() + 2_000 };
    expect(await bus.replay({ topic, subscriber: "late", preview: true, ...future })).toMatchObject({ events: 0, finished: true });
    expect(await bus.replay({ topic, subscriber: "late", preview: true, from: new Date(Date.now() - 60_000).toISOString() })).toMatchObject(
      {
        events: 3,
      },
    );
  });

  it("that is stopped goes on from where it was, and queues each once", async () => {
    const prefix = newPrefix();
    const bus = newBus({ prefix, subscribers: [receipt] });
    const orders = Array.from({ length: 120 }, (_, index) => order(`A-${index}`));
    await bus.publishEvent.orderPlaced.batch(orders);
    const stopping = new AbortController();
    const words = { topic, subscriber: "receipt" };
    const cut = await bus.replay({ ...words, signal: stopping.signal, onProgress: () => stopping.abort() });
    expect(cut).toMatchObject({ events: 50, queued: 50, finished: false });
    expect(await bus.replay(words)).toMatchObject({ events: 70, queued: 70, finished: true });
    expect((await bus.inspect.queues())["email"]).toMatchObject({ waiting: 120 });
    // Nothing of it is left to go on with: it begins anew, and finds all of them under way.
    expect(await bus.replay(words)).toMatchObject({ events: 120, underWay: 120, queued: 0 });
  });

  it("beside a router that routes the same events queues each once", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const bus = newBus({ prefix, provider });
    await bus.publishEvent.orderPlaced.batch(Array.from({ length: 200 }, (_, index) => order(`A-${index}`)));
    const sent = observed(bus, "sent", 200);
    const [replayed] = await Promise.all([bus.replay({ topic, subscriber: "receipt" }), bus.start()]);
    await sent;
    expect(replayed).toMatchObject({ events: 200, finished: true });
    await expect
      .poll(async () => (await bus.stats()).channels.find(({ name }) => name === "email"))
      .toMatchObject({ waiting: 0, active: 0 });
    expect(new Set(sends.map(({ deliveryId }) => deliveryId)).size).toBe(200);
    expect(sends).toHaveLength(200);
  });

  it("counts events that today's code cannot plan, and goes on with the others", async () => {
    const prefix = newPrefix();
    const picky = defineSubscriber(orderPlaced, {
      name: "picky",
      deliver: ({ email }) => [
        email({
          to: ({ data }) => {
            if (data.orderId === "bad") throw new Error("no address book");
            return data.email;
          },
          template: receiptEmail,
          data: ({ data }) => ({ orderId: data.orderId }),
        }),
      ],
    });
    const bus = newBus({ prefix, subscribers: [picky] });
    for (const id of ["good", "bad"]) await bus.publishEvent.orderPlaced(order(id));
    const preview = await bus.replay({ topic, subscriber: "picky", preview: true });
    expect(preview).toMatchObject({
      events: 2,
      planned: 1,
      problems: 1,
      firstProblem: expect.stringContaining("no address book") as string,
    });
  });
});

describe("a replay is refused, and nothing is queued,", () => {
  const bus = newBus({ prefix: newPrefix(), subscribers: [receipt, late] });
  it.each<[string, Parameters<typeof bus.replay>[0], string]>([
    ["of an unknown topic", { topic: "order.place", subscriber: "late" }, 'Did you mean "order.placed"?'],
    ["for an unknown subscriber", { topic, subscriber: "lat" }, 'Did you mean "late"?'],
    ["for one that does not listen", { topic: "order.shipped", subscriber: "late" }, 'does not listen to "order.shipped". Nobody does.'],
    ["with a time that is none", { topic, subscriber: "late", from: "yesterday" }, 'from: "yesterday" is no time'],
    ["with times the wrong way round", { topic, subscriber: "late", from: hoursAgo(1), to: hoursAgo(2) }, "nothing lies between them"],
    ["further back than it is known what was sent", { topic, subscriber: "late", from: hoursAgo(200) }, "something could be sent again"],
  ])("%s", async (_, options, message) => {
    await expect(bus.replay(options)).rejects.toThrow(message);
  });
});
