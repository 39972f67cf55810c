import { expect, it } from "vitest";
import * as z from "zod";
import { createBus, defineSubscriber, defineTopic, emailTemplate, pushTemplate, type Subscriber } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;
const newBus = busesOf();

const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), total: z.number(), email: z.email() }));
const orderRefunded = defineTopic("order.refunded", z.object({ orderId: z.string(), email: z.email(), reason: z.string() }));
const topics = { orderPlaced, orderRefunded };
const note = emailTemplate({
  name: "note",
  data: z.object({ orderId: z.string() }),
  subject: "{{orderId}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{orderId}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "{{orderId}}",
});
const order = (orderId: string, total = 10) => ({ orderId, total, email: "asha@example.in" });

type Words = Pick<Parameters<typeof defineSubscriber>[1], "delay" | "expiresIn" | "priority" | "formerly" | "filter">;
const mailing = (words: Words = {}, name = "mail"): Subscriber =>
  defineSubscriber(orderPlaced, {
    name,
    ...(words as object),
    deliver: ({ email }) => [email({ to: ({ data }) => data.email, template: note, data: ({ data }) => ({ orderId: data.orderId }) })],
  });

function line(subscribers: readonly Subscriber[], { prefix = newPrefix(), channel = {}, channels = {} } = {}) {
  const { provider, sends } = recordingProvider();
  const bus = newBus(() =>
    createBus({
      application: "test",
      topics,
      subscribers,
      redis: url,
      prefix,
      channels: { email: { from: "shop@example.in", providers: [provider], rateLimit: false, ...channel }, ...channels },
      send: { live: true },
    }),
  );
  return { bus, sends };
}

it("A14: a delay keeps a delivery back, and the nearest level says how long", async () => {
  const { bus } = line([mailing({ delay: "1h" })]);
  const sent = observed(bus, "sent");
  await bus.start();
  await bus.publishEvent.orderPlaced(order("waits"));
  await expect.poll(async () => (await bus.inspect.queues())["email"]!.delayed).toBe(1);
  const { id } = await bus.publishEvent.orderPlaced(order("goes"), { delay: 0 });
  expect((await sent)[0]!.delivery.event.id).toBe(id);
});

it("D1: deliverAt schedules what an event causes", async () => {
  const { bus } = line([mailing()]);
  const sent = observed(bus, "sent");
  await bus.start();
  const at = Date.now() + 300;
  await bus.publishEvent.orderPlaced(order("A-1"), { deliverAt: new Date(at).toISOString() });
  await sent;
  expect(Date.now()).toBeGreaterThanOrEqual(at);
});

it("what comes too late is dropped with a reason, never sent", async () => {
  const prefix = newPrefix();
  const { bus, sends } = line([mailing({ expiresIn: 200 })], { prefix });
  await bus.start({ only: ["router"] });
  const routed = observed(bus, "routed");
  await bus.publishEvent.orderPlaced(order("late"));
  await routed;
  await bus.stop();
  const later = Date.now() + 200;
  await expect.poll(() => Date.now()).toBeGreaterThan(later);
  const workers = line([mailing({ expiresIn: 200 })], { prefix });
  const expired = observed(workers.bus, "expired");
  await workers.bus.start();
  expect((await expired)[0]!.reason).toMatch(/^it was to be sent before \d{4}-/);
  expect([...sends, ...workers.sends]).toEqual([]);
  const [event] = await workers.bus.inspect.events(1);
  const [routing] = await workers.bus.inspect.deliveries(event!);
  expect(routing!.deliveries[0]!.timeline.map(({ step }) => step)).toEqual(["expired"]);
  expect((await workers.bus.inspect.queues())["email"]).toMatchObject({ dead: 0, completed: 1 });
});

it("C2: a publish may say priority, and the most urgent leaves first", async () => {
  const prefix = newPrefix();
  const { bus: filling } = line([mailing({ priority: "low" })], { prefix });
  const routed = observed(filling, "routed", 3);
  await filling.start({ only: ["router"] });
  await filling.publishEvent.orderPlaced(order("low"));
  await filling.publishEvent.orderPlaced(order("high"), { priority: "high" });
  await filling.publishEvent.orderPlaced(order("critical"), { priority: "critical" });
  await routed;
  const { bus, sends } = line([mailing()], { prefix, channel: { concurrency: 1 } });
  const sent = observed(bus, "sent", 3);
  await bus.start({ only: ["workers"] });
  await sent;
  expect(sends.map(({ message }) => message.subject)).toEqual(["critical", "high", "low"]);
});

it("a renamed subscriber goes on at its position, and what its old name planned is delivered", async () => {
  const prefix = newPrefix();
  const { bus: old } = line([mailing({}, "mail")], { prefix });
  const routed = observed(old, "routed");
  await old.start({ only: ["router"] });
  await old.publishEvent.orderPlaced(order("planned before"));
  await routed;
  await old.stop();
  const { bus, sends } = line([mailing({ formerly: "mail" }, "order-mail")], { prefix });
  const sent = observed(bus, "sent", 2);
  await bus.publishEvent.orderPlaced(order("published before"));
  await bus.start();
  await sent;
  expect(sends.map(({ message }) => message.subject).toSorted()).toEqual(["planned before", "published before"]);
});

it("D2: a subscriber of several topics gets the events of each, and knows which", async () => {
  const both = defineSubscriber([orderPlaced, orderRefunded], {
    name: "both",
    deliver: ({ email }) => [
      email({
        to: ({ data }) => data.email,
        template: note,
        data: (event) => ({ orderId: event.type === "order.refunded" ? event.data.reason : event.data.orderId }),
      }),
    ],
  });
  const { bus, sends } = line([both]);
  const sent = observed(bus, "sent", 2);
  await bus.start();
  await bus.publishEvent.orderPlaced(order("A-1"));
  await bus.publishEvent.orderRefunded({ orderId: "A-1", email: "asha@example.in", reason: "broken cup" });
  await sent;
  expect(sends.map(({ message }) => message.subject).toSorted()).toEqual(["A-1", "broken cup"]);
});

it("a filter keeps events from a subscriber, and the reason is seen", async () => {
  const { bus } = line([mailing({ filter: { total: [{ numeric: [">", 100] }] } as never })]);
  const routed = observed(bus, "routed", 2);
  const sent = observed(bus, "sent");
  await bus.start();
  await bus.publishEvent.orderPlaced(order("small", 5));
  await bus.publishEvent.orderPlaced(order("large", 500));
  await sent;
  expect((await routed).map(({ skipped }) => skipped)).toEqual([
    [{ route: "email", reason: expect.stringMatching(/^filter: total is 5/) }],
    [],
  ]);
});

it("an event of an older version is brought up to the newest when it is read", async () => {
  const prefix = newPrefix();
  const { bus: old } = line([], { prefix });
  await old.publishEvent.orderPlaced(order("written as version 1"));
  const evolved = orderPlaced.evolve(
    z.object({ id: z.string(), total: z.number(), contact: z.object({ email: z.email() }) }),
    ({ orderId, total, email }) => ({ id: orderId, total, contact: { email } }),
  );
  const subscriber = defineSubscriber(evolved, {
    name: "mail",
    deliver: ({ email }) => [email({ to: ({ data }) => data.contact.email, template: note, data: ({ data }) => ({ orderId: data.id }) })],
  });
  const { provider, sends } = recordingProvider();
  const bus = newBus(() =>
    createBus({
      application: "test",
      topics: { orderPlaced: evolved },
      subscribers: [subscriber],
      redis: url,
      prefix,
      channels: { email: { from: "shop@example.in", providers: [provider], rateLimit: false } },
      send: { live: true },
    }),
  );
  const sent = observed(bus, "sent", 2);
  await bus.start();
  await bus.publishEvent.orderPlaced({ id: "written as version 2", total: 1, contact: { email: "a@example.in" } });
  await sent;
  expect(sends.map(({ message }) => message.subject).toSorted()).toEqual(["written as version 1", "written as version 2"]);
});

it("a publish refuses option words that make no sense, and publishes nothing", async () => {
  const { bus } = line([]);
  const words = { delay: "soon", deliverAt: "tomorrow", priority: "urgent", expiresIn: 0, retry: { attempts: 0 }, prioritty: "low" };
  const refusal: Error = await bus.publishEvent.orderPlaced(order("A-1"), words as never).then(
    () => expect.fail("it was published"),
    (error: Error) => error,
  );
  for (const problem of [
    'it knows no option "prioritty": did you mean "priority"?',
    'delay: "soon" is not a length of time',
    'deliverAt: "tomorrow" is no time',
    'priority "urgent" is none of critical, high, normal, low',
    "expiresIn must be more than 0",
    "retry.attempts must be a whole number from 1",
    "delay and deliverAt: give one of them",
  ])
    expect(refusal.message).toContain(problem);
  expect(await bus.inspect.events(10)).toEqual([]);
});

it("why a route was not taken is recorded, but not what a filter turned away", async () => {
  const choosy = defineSubscriber(orderPlaced, {
    name: "choosy",
    deliver: ({ email, push }) => [
      email({
        name: "large",
        when: ({ data }) => data.total > 100,
        to: ({ data }) => data.email,
        template: note,
        data: ({ data }) => ({ orderId: data.orderId }),
      }),
      email({ to: () => undefined, template: note, data: ({ data }) => ({ orderId: data.orderId }) }),
      push({
        to: () => "device",
        template: pushTemplate({ name: "text", data: z.object({}), title: "Hi", body: "hello" }),
        data: () => ({}),
      }),
    ],
  });
  const { bus } = line([choosy, mailing({ filter: { total: [1] } as never })], { channels: { push: { enabled: false } } });
  const routed = observed(bus, "routed", 2);
  await bus.start();
  await bus.publishEvent.orderPlaced(order("A-1"));
  await routed;
  const routings = await bus.inspect.deliveries((await bus.inspect.events(1))[0]!);
  expect(routings.find(({ subscriber }) => subscriber === "choosy")!.skipped).toEqual([
    { route: "large", reason: "when said no" },
    { route: "email", reason: "no recipient" },
    { route: "push", reason: "the channel push is switched off" },
  ]);
  expect(routings.find(({ subscriber }) => subscriber === "mail")!.skipped).toEqual([]);
});
