import { setImmediate as turn } from "node:timers/promises";
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
  for (const id of ["A-1", "A-2"]) {
    await first.publishEvent.orderPlaced(order(id));
    // A selection by events takes whole milliseconds.
    for (const appended = Date.now(); Date.now() <= appended + 1;) await turn();
  }
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
    const preview = await bus.replay({ topics: topic, subscribers: "late", preview: true, onProgress: ({ events }) => seen.push(events) });
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
    expect(await bus.replay({ topics: topic, subscribers: "late" })).toMatchObject({ missing: 2, queued: 2, finished: true });
    await sent;
    expect(sends.map(({ message }) => message.subject).toSorted()).toEqual(["Order A-1", "Order A-2"]);
    expect(await bus.replay({ topics: topic, subscribers: "late" })).toMatchObject({ missing: 0, queued: 0, sent: 2 });
    const event = (await bus.inspect.events(10)).find(({ data }) => (data as { orderId: string }).orderId === "A-1");
    const traced = (await bus.inspect.trace(event!.id))?.subscribers.find(({ name }) => name === "late");
    expect(traced).toMatchObject({ state: "routed", deliveries: [{ state: "sent" }] });
    expect(sends).toHaveLength(2);
  });

  it("leaves alone what was sent and what is a dead letter", async () => {
    const { bus, sends } = await pastOrders();
    expect(await bus.replay({ topics: topic, subscribers: "receipt" })).toMatchObject({
      events: 3,
      planned: 3,
      sent: 2,
      dead: 1,
      missing: 0,
      queued: 0,
    });
    expect(sends).toEqual([]);
  });

  it("looks at the events of the asked time alone, and from one event to another", async () => {
    const { bus } = await pastOrders();
    const words = { topics: topic, subscribers: "late", preview: true };
    expect(await bus.replay({ ...words, from: new Date(Date.now() - 60_000).toISOString() })).toMatchObject({ events: 3, total: 3 });
    const [newest, middle] = await bus.inspect.events(3);
    expect(await bus.replay({ ...words, fromEvent: middle!.id, toEvent: newest!.id })).toMatchObject({ events: 2 });
  });

  it("that is stopped is paused, goes on from where it was when it is resumed, and queues each once", async () => {
    const prefix = newPrefix();
    const bus = newBus({ prefix, subscribers: [receipt] });
    const orders = Array.from({ length: 120 }, (_, index) => order(`A-${index}`));
    await bus.publishEvent.orderPlaced.batch(orders);
    const stopping = new AbortController();
    const words = { topics: topic, subscribers: "receipt", actor: "asha", reason: "the queue was emptied" };
    const cut = await bus.replay({ ...words, signal: stopping.signal, onProgress: () => stopping.abort() });
    expect(cut).toMatchObject({ events: 50, total: 120, queued: 50, finished: false, state: "paused" });
    await expect(bus.replay(words)).rejects.toThrow(`and ${cut.id} of receipt is not at its end`);
    await bus.replays.resume(cut.id!, { actor: "ravi" });
    expect(await bus.replays.work(cut.id!)).toMatchObject({ events: 120, queued: 120, finished: true });
    expect((await bus.inspect.queues())["email"]).toMatchObject({ waiting: 120 });
    const { acts } = (await bus.replays.show(cut.id!))!;
    expect(acts).toMatchObject([
      { verb: "begun", actor: "asha", reason: "the queue was emptied" },
      { verb: "paused", actor: "asha" },
      { verb: "resumed", actor: "ravi" },
      { verb: "finished" },
    ]);
    // It begins anew, and finds all of them under way.
    expect(await bus.replay(words)).toMatchObject({ events: 120, underWay: 120, queued: 0 });
    expect((await bus.replays.list()).replays.map(({ state }) => state)).toEqual(["finished", "finished"]);
  });

  it("whose process died is gone on with by a process with a router, and nothing is sent twice", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const first = newBus({ prefix, subscribers: [receipt] });
    await first.publishEvent.orderPlaced.batch(Array.from({ length: 120 }, (_, index) => order(`A-${index}`)));
    const dying = new AbortController();
    const { id } = await first.replays.start({ topics: topic, subscribers: "receipt" });
    // As a process leaves it that is killed: running, with a part of it queued.
    expect(await first.replays.work(id, { signal: dying.signal, onProgress: () => dying.abort() })).toMatchObject({
      state: "running",
      queued: 50,
    });
    const second = newBus({ prefix, subscribers: [receipt], provider });
    const sent = observed(second, "sent", 120);
    await second.start();
    await sent;
    await expect.poll(async () => (await second.replays.show(id))?.state).toBe("finished");
    expect(new Set(sends.map(({ deliveryId }) => deliveryId)).size).toBe(120);
    expect(sends).toHaveLength(120);
  });

  it("is cancelled for good, and paused ones wait", async () => {
    const bus = newBus({ prefix: newPrefix(), subscribers: [receipt] });
    await bus.publishEvent.orderPlaced(order("A-1"));
    const { id } = await bus.replays.start({ topics: topic, subscribers: "receipt" });
    expect(await bus.replays.pause(id, { actor: "asha" })).toMatchObject({ state: "paused" });
    expect(await bus.replays.work(id)).toMatchObject({ state: "paused", events: 0 });
    expect(await bus.replays.cancel(id)).toMatchObject({ state: "cancelled" });
    expect(await bus.replays.cancel(id)).toMatchObject({ state: "cancelled" });
    await expect(bus.replays.resume(id)).rejects.toThrow(`The replay ${id} is cancelled, so it cannot be resumed.`);
    await expect(bus.replays.resume("rp_none")).rejects.toThrow('No replay has the id "rp_none"');
    expect(await bus.replay({ topics: topic, subscribers: "receipt" })).toMatchObject({ queued: 1, finished: true });
  });

  it("routes only the events that match its filter, by the chosen routes, and leaves out those that refuse replays", async () => {
    const two = defineSubscriber(orderPlaced, {
      name: "two",
      deliver: ({ email, handler }) => [
        email({ to: ({ data }) => data.email, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) }),
        handler({ handle: async () => undefined }),
        handler({ name: "code", replay: "never", handle: async () => undefined }),
      ],
    });
    const bus = newBus({ prefix: newPrefix(), subscribers: [two] });
    for (const id of ["A-1", "A-2", "B-1"]) await bus.publishEvent.orderPlaced(order(id));
    const words = { topics: topic, subscribers: "two", preview: true };
    expect(await bus.replay(words)).toMatchObject({ selected: 3, planned: 6, never: 3 });
    const chosen = await bus.replay({ ...words, routes: "email", filter: { orderId: [{ prefix: "A" }] } });
    expect(chosen).toMatchObject({
      events: 3,
      selected: 2,
      planned: 2,
      never: 0,
      parts: [{ subscriber: "two", channel: "email", missing: 2 }],
    });
    expect(chosen.samples[0]).toMatchObject({ to: "asha@example.com", rendered: { subject: "Order A-1", text: "Order A-1" } });
  });

  it("in mode again sends everything once more, once, tells the handlers why, and live traffic of any priority goes first", async () => {
    const told: unknown[] = [];
    const handled = defineSubscriber(orderPlaced, {
      name: "handled",
      deliver: ({ handler }) => [
        handler({
          priority: "critical",
          async handle({ replay }) {
            told.push(replay);
          },
        }),
      ],
    });
    const bus = newBus({ prefix: newPrefix(), subscribers: [handled] });
    await bus.start();
    const once = observed(bus, "sent");
    await bus.publishEvent.orderPlaced(order("A-1"));
    await once;
    const planned: object[] = [];
    bus.on("sent", ({ delivery }) => planned.push(delivery));
    const words = { topics: topic, subscribers: "handled", from: hoursAgo(1), mode: "again", reason: "the total was wrong" } as const;
    await expect(bus.replay(words)).rejects.toThrow('confirm: mode "again" sends to every reader of "handled" once more');
    const again = observed(bus, "sent");
    const { id } = await bus.replay({ ...words, confirm: "handled" });
    await again;
    expect(told).toEqual([undefined, { id, reason: "the total was wrong" }]);
    expect(planned).toMatchObject([{ policy: { priority: "low" }, bulk: true }]);
  });

  it("beside a router that routes the same events queues each once", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const bus = newBus({ prefix, provider });
    await bus.publishEvent.orderPlaced.batch(Array.from({ length: 200 }, (_, index) => order(`A-${index}`)));
    const sent = observed(bus, "sent", 200);
    const [replayed] = await Promise.all([bus.replay({ topics: topic, subscribers: "receipt" }), bus.start()]);
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
    const preview = await bus.replay({ topics: topic, subscribers: "picky", preview: true });
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
    ["of an unknown topic", { topics: "order.place", subscribers: "late" }, 'Did you mean "order.placed"?'],
    ["for an unknown subscriber", { topics: topic, subscribers: "lat" }, 'Did you mean "late"?'],
    ["for one that does not listen", { topics: "order.shipped", subscribers: "late" }, 'does not listen to "order.shipped". Nobody does.'],
    ["with a time that is none", { topics: topic, subscribers: "late", from: "yesterday" }, 'from: "yesterday" is no time'],
    ["that selects nothing", { topics: topic, subscribers: "late", from: hoursAgo(1) }, "nothing of order.placed was published from"],
    ["for nobody", { topics: topic, subscribers: [] }, "subscribers: name at least one"],
    ["for a route that is none", { topics: topic, subscribers: "late", routes: "emial" }, 'Did you mean "email"?'],
    ["with a filter that is none", { topics: topic, subscribers: "late", filter: { orderId: [{ prefx: "A" }] } }, "prefx"],
    [
      "with a filter on a field that no payload has",
      { topics: topic, subscribers: "late", filter: { orderID: ["A"] } },
      'filter: orderID: order.placed has no such field; did you mean "orderId"?',
    ],
    [
      "of a time said twice",
      { topics: topic, subscribers: "late", from: hoursAgo(1), fromEvent: "e-1" },
      "from and fromEvent: give one of them",
    ],
    ["from an event that is not kept", { topics: topic, subscribers: "late", fromEvent: "e-1" }, 'no event "e-1" is kept of order.placed'],
    ["again without a reason", { topics: topic, subscribers: "late", mode: "again", confirm: "late", from: 1 }, "say why"],
    [
      "with times the wrong way round",
      { topics: topic, subscribers: "late", from: hoursAgo(1), to: hoursAgo(2) },
      "nothing lies between them",
    ],
    [
      "further back than it is known what was sent",
      { topics: topic, subscribers: "late", from: hoursAgo(200) },
      "something could be sent again",
    ],
  ])("%s", async (_, options, message) => {
    await expect(bus.replay(options)).rejects.toThrow(message);
  });
});
