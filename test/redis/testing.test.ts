import { AssertionError } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Redis } from "ioredis";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { defineSubscriber, defineTopic, PermanentError, pushTemplate, smsTemplate, type Subscriber } from "../../src/index.ts";
import { createTestBus, type TestBusOptions } from "../../src/testing/index.ts";
import { redisForTests } from "../../src/testing/redis-for-tests.ts";
import { orderPlaced, receipt, receiptEmail } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";
import type { Duration } from "../../src/index.ts";

const { url: redis } = testRedis();

const orderShipped = defineTopic("order.shipped", z.object({ orderId: z.string(), parcels: z.number().default(1) }));
const topics = { orderPlaced, orderShipped };
const order = { orderId: "A-1", email: "asha@example.com" };

/** The types of services and topics are registered once a program: here, for the reference domain. */
interface Shop {
  ship(orderId: string): void;
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function testBus(subscribers: readonly Subscriber[], options: Partial<TestBusOptions<typeof topics>> = {}) {
  const bus = await createTestBus({ topics, subscribers, redis, ...options });
  stops.push(bus.stop);
  return bus;
}

type OrderRoutes = Parameters<typeof defineSubscriber<typeof orderPlaced>>[1]["deliver"];
const onOrder = (name: string, deliver: OrderRoutes): Subscriber => defineSubscriber(orderPlaced, { name, deliver });
const toBuyer = {
  to: ({ data }: { data: typeof order }) => data.email,
  template: receiptEmail,
  data: ({ data }: { data: typeof order }) => ({ orderId: data.orderId }),
};

/** What an assertion says when it fails. */
async function complaint(assertion: Promise<unknown>): Promise<string> {
  const error: unknown = await assertion.then(
    () => "it did not fail",
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AssertionError);
  return (error as AssertionError).message;
}

describe("a test bus", () => {
  it("delivers to its own mailroom, and finds what was sent by every word of a pattern", async () => {
    const bus = await testBus([receipt]);
    await bus.publishEvent.orderPlaced(order);
    await bus.publishEvent.orderPlaced({ orderId: "A-2", email: "ravi@example.com" });
    expect(await bus.drain()).toEqual({ sent: 2, dead: 0, suppressed: 0, expired: 0, cancelled: 0, waiting: 0 });
    expect(await bus.drain()).toEqual({ sent: 0, dead: 0, suppressed: 0, expired: 0, cancelled: 0, waiting: 0 });

    const sent = await bus.expectSent({
      channel: "email",
      to: "asha@example.com",
      subscriber: "receipt",
      route: "email",
      subject: /A-1$/,
      text: "r A",
    });
    expect(sent).toMatchObject({
      provider: "sendgrid (mailroom)",
      message: { subject: "Order A-1", html: expect.stringContaining("A-1") as string },
    });
    for (const other of [
      { channel: "sms" },
      { to: "nobody@example.com" },
      { subscriber: "other" },
      { route: "x" },
      { subject: "Order" },
      { text: /^x/ },
    ] as const)
      await expect(bus.expectSent(other), JSON.stringify(other)).rejects.toThrow(/^expectSent: no sent delivery matches \{/);
    expect(await bus.expectSent({ times: 2 })).toHaveLength(2);
    await bus.expectNotSent({ to: "nobody@example.com" });
    expect(bus.mailroom.messages().map(({ to }) => to)).toEqual([["asha@example.com"], ["ravi@example.com"]]);
  });

  it("shows what there was when something else was expected", async () => {
    const picky = onOrder("picky", ({ email }) => [email({ ...toBuyer, when: ({ data }) => data.orderId === "A-9" })]);
    const bus = await testBus([receipt, picky]);
    await expect(complaint(bus.expectSent())).resolves.toBe("expectSent: no sent delivery matches {}.\nNothing was published.");
    await bus.publishEvent.orderPlaced(order);
    await bus.publishEvent.orderPlaced({ orderId: "A-2\u001B[2J\nsent", email: "not an address" });
    const there = [
      "Deliveries (2):",
      "  state  channel  to                subscriber  route  subject    why",
      "  sent   email    asha@example.com  receipt     email  Order A-1  sendgrid (mailroom)",
      '  dead   email    not an address    receipt     email             to: "not an address" is not an e-mail address',
      "Routes that were skipped (2):",
      "  topic         subscriber  route  reason",
      "  order.placed  picky       email  when said no",
      "  order.placed  picky       email  when said no",
    ].join("\n");
    expect(await complaint(bus.expectSent({ subject: "Order" }))).toBe(
      `expectSent: no sent delivery matches { subject: 'Order' }.\n${there}`,
    );
    expect(await complaint(bus.expectSent({ times: 2 }))).toBe(`expectSent: 1 sent delivery matches {}, not 2.\n${there}`);
    expect(await complaint(bus.expectNotSent({ to: /asha/ }))).toBe(`expectNotSent: 1 sent delivery matches { to: /asha/ }.\n${there}`);
    expect(await complaint(bus.expectSkipped({ subscriber: "picky" }))).toBe(
      `expectSkipped: 2 skipped routes match { subscriber: 'picky' }: say more of the one that is meant, or how many times.\n${there}`,
    );
    expect(await complaint(bus.expectDead({ reason: "mailbox full" }))).toBe(
      `expectDead: no dead delivery matches { reason: 'mailbox full' }.\n${there}`,
    );
    expect(await complaint(bus.expectExpired())).toBe(`expectExpired: no expired delivery matches {}.\n${there}`);
    expect(await complaint(bus.expectSuppressed())).toBe(`expectSuppressed: no suppressed delivery matches {}.\n${there}`);
    expect(await complaint(bus.expectUnroutable())).toBe(`expectUnroutable: no unroutable event matches {}.\n${there}`);
    expect(await bus.expectDead({ subscriber: "receipt", reason: /not an e-mail/ })).toMatchObject({ delivery: { to: "not an address" } });
    expect(await bus.expectSkipped({ subscriber: "picky", reason: "when said no", times: 2 })).toHaveLength(2);

    const events = bus.inspect.events(2);
    const published = await complaint(bus.expectPublished("order.placed", { orderId: "A-7" }));
    expect(published).toContain(
      "expectPublished: no event of order.placed matches { data: { orderId: 'A-7' } }.\nWhat was published (2):\n  topic         event ",
    );
    for (const { id } of await events) expect(published).toContain(id);
    // What a payload holds begins no line and moves no cursor.
    expect(published.split("\n")).toHaveLength(5);
    expect(published).not.toContain("\u001B");
    expect(await bus.expectPublished("order.placed", { orderId: /^A-1$/ })).toMatchObject({ type: "order.placed", data: order });
  });

  it("refuses words and faults that it does not know: they would match everything", async () => {
    const bus = await testBus([receipt]);
    await expect(bus.expectSent({ subjct: "x" } as never)).rejects.toThrow('it knows no option "subjct": did you mean "subject"?');
    await expect(bus.expectNotSent({ times: 1 } as never)).rejects.toThrow('it knows no option "times"');
    expect(() => bus.mailroom.fail("sendgird" as never, 503)).toThrow('there is no provider "sendgird": it is one of sendgrid, smtp');
    expect(() => bus.mailroom.fail("smtp", "slow" as never)).toThrow(
      '"slow" is no fault: give a code from 400 to 599, "timeout", "reset", or "bounce"',
    );
    expect(() => bus.mailroom.fail("sendgrid", 200)).toThrow("status must be a whole number from 400 to 599, not 200");
    await expect(testBus([], { dliver: "record" } as never)).rejects.toThrow('it knows no option "dliver": did you mean "deliver"?');
    await expect(testBus([], { now: "tomorrow" })).rejects.toThrow('now: "tomorrow" is no time such as "2026-01-31T09:30:00Z"');
    await expect(testBus([], { redis: "redis://127.0.0.1:1" })).rejects.toMatchObject({ code: "REDIS_UNREACHABLE" });
  });

  it("says what is under way when it does not come to rest, and stops all the same", async () => {
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const bus = await testBus([onOrder("endless", ({ handler }) => [handler({ handle: () => finished })])]);
    const { id } = await bus.publishEvent.orderPlaced(order);
    await expect(bus.drain({ within: "300ms" })).rejects.toThrow(
      [
        "drain: after 0.3 s there is still something under way.",
        "In the queues (1):",
        "  queue    to be handed out  handed out",
        "  handler  0                 1",
        "Deliveries under way (1):",
        "  state   channel  to       subscriber  route",
        "  queued  handler  endless  endless     handler",
      ].join("\n"),
    );
    finish();
    await bus.expectSent({ subscriber: "endless" });
    expect(await bus.expectPublished("order.placed")).toMatchObject({ id });
  });
});

describe("a drain", () => {
  it("waits for what is not routed yet because a queue refuses", async () => {
    const bus = await testBus([receipt], { application: "held" });
    const client = new Redis(redis);
    onTestFinished(() => client.disconnect());
    const [meta] = await client.keys("test-*:{held.email}:meta");
    const counter = meta!.replace(/meta$/, "pc");
    await client.set(counter, "no number");
    const { id } = await bus.publishEvent.orderPlaced(order);
    const message = await complaint(bus.drain({ within: "300ms" }));
    expect(message).toMatch(new RegExp(`\\nNot routed yet \\(1\\):\\n.*\\n {2}order\\.placed {2}${id} .* {2}receipt$`));
    await client.del(counter);
    await bus.expectSent();
  });
});

describe("the clock of a test bus", () => {
  it("stands still, and events carry its time", async () => {
    const bus = await testBus([receipt], { now: "2026-03-01T10:00:00Z" });
    await bus.publishEvent.orderPlaced(order);
    await bus.clock.advance("90m");
    await bus.publishEvent.orderPlaced(order);
    await bus.drain();
    expect((await bus.inspect.events(2)).map(({ time }) => time)).toEqual(["2026-03-01T11:30:00.000Z", "2026-03-01T10:00:00.000Z"]);
    expect(bus.clock.now()).toBe(Date.parse("2026-03-01T11:30:00Z"));
  });

  it("brings what waits when its time has come, and not before", async () => {
    const later = onOrder("later", ({ email }) => [email({ ...toBuyer, delay: "1d" })]);
    const bus = await testBus([later]);
    await bus.publishEvent.orderPlaced(order);
    expect(await bus.drain()).toMatchObject({ sent: 0, waiting: 1 });
    await bus.clock.advance("23h");
    await bus.clock.advance("59m");
    await bus.expectNotSent();
    expect(await complaint(bus.expectSent())).toContain("waiting  email    asha@example.com  later       email  2026-01-02T00:00:00.000Z");
    await bus.clock.advance("1m");
    await bus.expectSent({ subscriber: "later" });
  });

  it("drops a code that came too late", async () => {
    const code = onOrder("code", ({ email }) => [email({ ...toBuyer, expiresIn: "5m" })]);
    const bus = await testBus([code]);
    bus.mailroom.fail("sendgrid", 503);
    bus.mailroom.fail("smtp", 451);
    await bus.publishEvent.orderPlaced(order);
    expect(await bus.drain()).toMatchObject({ waiting: 1 });
    await bus.clock.advance("5m");
    expect(await bus.drain()).toEqual({ sent: 0, dead: 0, suppressed: 0, expired: 1, cancelled: 0, waiting: 0 });
    expect(await bus.expectExpired({ subscriber: "code" })).toMatchObject({ reason: "it was to be sent before 2026-01-01T00:05:00.000Z" });
  });

  it("tries again after exactly the waits that a provider or the policy asks for", async () => {
    const patient = onOrder("patient", ({ email }) => [email({ ...toBuyer, retry: { delay: "2s" } })]);
    const bus = await testBus([patient]);
    bus.mailroom.fail("sendgrid", 429, { times: 2, retryAfter: "10s" });
    await bus.publishEvent.orderPlaced(order);
    const after = async (duration: Duration): Promise<string> => {
      await bus.clock.advance(duration);
      const { sent, waiting } = await bus.drain();
      return `${duration}: ${sent} sent, ${waiting} waiting`;
    };
    expect([await after("9s"), await after("1s"), await after("9s"), await after("1s")]).toEqual([
      "9s: 0 sent, 1 waiting",
      "1s: 0 sent, 1 waiting",
      "9s: 0 sent, 1 waiting",
      "1s: 1 sent, 0 waiting",
    ]);

    bus.mailroom.fail("sendgrid", 503, { times: 4 });
    bus.mailroom.fail("smtp", 451, { times: 4 });
    await bus.publishEvent.orderPlaced(order);
    expect([await after("1s"), await after("1s"), await after("3s"), await after("1s"), await after("7s"), await after("1s")]).toEqual([
      "1s: 0 sent, 1 waiting",
      "1s: 0 sent, 1 waiting",
      "3s: 0 sent, 1 waiting",
      "1s: 0 sent, 1 waiting",
      "7s: 0 sent, 1 waiting",
      "1s: 0 sent, 0 waiting",
    ]);
    await bus.expectDead({ reason: /503.*451.*\(try 4 of 4\)/ });
  });
});

describe("the mailroom of a test bus", () => {
  it("B2: lets the second provider take over where the first one fails, and takes it back when that is over", async () => {
    const bus = await testBus([receipt]);
    bus.mailroom.fail("sendgrid", 503, { times: 2 });
    for (const orderId of ["A-1", "A-2", "A-3"]) {
      await bus.publishEvent.orderPlaced({ ...order, orderId });
      await bus.drain();
    }
    expect(bus.mailroom.messages().map(({ provider, subject }) => `${provider} ${subject}`)).toEqual([
      "smtp Order A-1",
      "smtp Order A-2",
      "sendgrid Order A-3",
    ]);
    await bus.expectSent({ subject: "Order A-2", text: "Order A-2" });
  });

  it("loses answers: what may have been accepted is sent again, and counted", async () => {
    const bus = await testBus([receipt]);
    bus.mailroom.fail("sendgrid", "reset");
    await bus.publishEvent.orderPlaced(order);
    await bus.clock.advance("1s");
    await bus.expectSent();
    expect(bus.mailroom.messages()).toHaveLength(2);
    expect(await bus.inspect.doubtful()).toBe(1);
  });

  it("never answers: a try gives up after its time", async () => {
    const bus = await testBus([receipt], { providerTimeout: "700ms" });
    bus.mailroom.fail("sendgrid", "timeout");
    await bus.publishEvent.orderPlaced(order);
    await bus.drain();
    expect(bus.mailroom.messages()).toEqual([]);
    expect(await complaint(bus.expectSent())).toContain("no answer within 700 ms");
    await bus.clock.advance("1s");
    await bus.expectSent();
  });

  it("refuses addresses: they end as suppressed", async () => {
    const bus = await testBus([receipt]);
    bus.mailroom.fail("sendgrid", 503);
    bus.mailroom.fail("smtp", 550, { stage: "recipient", message: "5.1.1 no such mailbox" });
    await bus.publishEvent.orderPlaced(order);
    const { delivery, reason } = await bus.expectSuppressed({ subscriber: "receipt" });
    expect([delivery.to, reason]).toEqual([order.email, expect.stringContaining("5.1.1 no such mailbox")]);
  });
});

describe("handlers and audiences on a test bus", () => {
  it("calls handlers with their services, and sees what they publish, as caused by the event", async () => {
    const shipped: string[] = [];
    const shipping = onOrder("shipping", ({ handler }) => [
      handler({
        async handle({ data }, { services, publishEvent }) {
          if (data.orderId === "A-0") throw new PermanentError("there is no such order");
          (services as unknown as Shop).ship(data.orderId);
          await (publishEvent as unknown as typeof bus.publishEvent).orderShipped({ orderId: data.orderId });
        },
      }),
    ]);
    const shop: Shop = { ship: (id) => void shipped.push(id) };
    const bus = await testBus([shipping], { services: shop as never });
    const { id } = await bus.publishEvent.orderPlaced(order);
    await bus.publishEvent.orderPlaced({ ...order, orderId: "A-0" });
    const event = await bus.expectPublished("order.shipped", { orderId: "A-1" });
    expect(event).toMatchObject({ causationid: id, data: { orderId: "A-1", parcels: 1 } });
    expect(shipped).toEqual(["A-1"]);
    await bus.expectSent({ channel: "handler", subscriber: "shipping" });
    await bus.expectDead({ subscriber: "shipping", reason: "there is no such order" });
  });

  const fans = Array.from({ length: 1_200 }, (_, index) => `fan-${index}@example.com`);
  const toFans = onOrder("fans", ({ email }) => [
    email({
      audience: async (_event, { cursor = 0 }) => {
        const next = Number(cursor) + 700;
        return { recipients: fans.slice(Number(cursor), next), ...(next < fans.length ? { next } : {}) };
      },
      template: receiptEmail,
      data: ({ data }) => ({ orderId: data.orderId }),
    }),
  ]);

  it("waits for the last recipient of an audience of 1,200", async () => {
    const bus = await testBus([toFans], { channels: { email: { from: "shop@example.com", rateLimit: false, concurrency: 20 } } });
    await bus.publishEvent.orderPlaced(order);
    expect(await bus.drain({ within: "30s" })).toEqual({ sent: 1_200, dead: 0, suppressed: 0, expired: 0, cancelled: 0, waiting: 0 });
    expect(new Set(bus.mailroom.messages().map(({ to }) => to[0])).size).toBe(1_200);
    const message = await complaint(bus.expectSent({ to: "nobody@example.com" }));
    expect(message).toContain("Deliveries (1200):");
    expect(message).toContain(
      "  … and 1180 more\nAudiences (1):\n  topic         subscriber  route  state  released\n  order.placed  fans        email  done   1200",
    );
  });

  it("records what is planned for all channels, at once, and sends nothing", async () => {
    const code = smsTemplate({ name: "code", data: z.object({ orderId: z.string() }), text: "{{orderId}}" });
    const everywhere = onOrder("everywhere", ({ email, sms, webhook, handler }) => [
      email({ ...toBuyer, delay: "1d" }),
      sms({ to: () => "+919845012345", template: code, data: ({ data }) => ({ orderId: data.orderId }) }),
      webhook({ to: () => "https://partner.example/orders" }),
      handler({ handle: () => Promise.reject(new Error("it is not called")) }),
    ]);
    const bus = await testBus([everywhere, toFans], { deliver: "record" });
    await bus.publishEvent.orderPlaced(order);
    expect(await bus.drain()).toEqual({ sent: 0, dead: 0, suppressed: 0, expired: 0, cancelled: 0, waiting: 0 });
    expect(bus.recorded.filter(({ subscriber }) => subscriber === "everywhere").map(({ channel, to }) => `${channel} ${to}`)).toEqual([
      "email asha@example.com",
      "sms +919845012345",
      "webhook https://partner.example/orders",
      "handler everywhere",
    ]);
    expect(bus.recorded).toHaveLength(1_204);
    expect(await bus.expectRecorded({ channel: "sms", data: { orderId: "A-1" } })).toMatchObject({ to: "+919845012345" });
    expect(await complaint(bus.expectRecorded({ channel: "sms", data: { orderId: "A-2" } }))).toMatch(
      /^expectRecorded: no planned delivery matches \{ channel: 'sms', data: \{ orderId: 'A-2' \} \}\.\nDeliveries \(1204\):/,
    );
    await expect(bus.expectNotSent()).rejects.toThrow('expectNotSent: this test bus sends nothing (deliver: "record"): use expectRecorded');
    expect(() => bus.mailroom.fail("smtp", 451)).toThrow("sends nothing, so no provider can fail");
  });

  it("skips a channel that is switched off, and says so", async () => {
    const code = pushTemplate({ name: "code", data: z.object({}), title: "Code", body: "1234" });
    const pushes = onOrder("code", ({ push }) => [push({ to: () => "device", template: code, data: () => ({}) })]);
    const bus = await testBus([pushes], { channels: { push: { enabled: false } } });
    await bus.publishEvent.orderPlaced(order);
    await bus.expectSkipped({ subscriber: "code", route: "push", reason: "the channel push is switched off" });
    await expect(bus.expectRecorded()).rejects.toThrow("expectRecorded: this test bus delivers: use expectSent");
  });
});

const prefixOf = (key: string): string => key.split(":")[0]!;

describe("the end of a test bus", () => {
  const fragile = onOrder("fragile", ({ email }) => [
    email({
      ...toBuyer,
      to: () => {
        throw new Error("the price list is missing");
      },
    }),
  ]);

  it("finds events that nobody drained", async () => {
    const bus = await createTestBus({ topics, subscribers: [receipt], redis });
    await bus.publishEvent.orderPlaced(order);
    await bus.drain();
    const { id } = await bus.publishEvent.orderPlaced({ ...order, orderId: "A-2" });
    await bus.publishEvent.orderShipped({ orderId: "nobody listens to this" });
    const message = await complaint(bus.stop());
    expect(message).toContain("stop: the test leaves something behind.\nPublished after the last drain(), so that nobody waited");
    expect(message).toContain(`order.placed  ${id}  {"orderId":"A-2"`);
  });

  it("finds events that could not be routed, unless they were expected", async () => {
    const bus = await createTestBus({ topics, subscribers: [fragile], redis });
    await bus.publishEvent.orderPlaced(order);
    expect(await bus.drain()).toMatchObject({ waiting: 1 });
    const message = await complaint(bus.stop());
    expect(message).toContain("Not planned, because a subscriber's code failed, and not expected with expectUnroutable() (1):");
    expect(message).toMatch(/ fragile +subscriber "fragile", route "email": to threw/);

    const other = await createTestBus({ topics, subscribers: [fragile], redis });
    await other.publishEvent.orderPlaced(order);
    await other.expectUnroutable({ subscriber: "fragile", reason: "the price list is missing" });
    await other.stop();
    await other.stop();
  });

  it("does not mind what was mended meanwhile, if it was expected once", async () => {
    let broken = true;
    const mended = onOrder("mended", ({ email }) => [
      email({
        ...toBuyer,
        when: () => {
          if (broken) throw new Error("the price list is missing");
          return true;
        },
      }),
    ]);
    const bus = await testBus([mended]);
    await bus.publishEvent.orderPlaced(order);
    await bus.expectUnroutable({ reason: "when threw: the price list is missing" });
    broken = false;
    await bus.expectNotSent();
    await bus.clock.advance("5s");
    await bus.expectSent({ subscriber: "mended" });
    await expect(bus.stop()).resolves.toBeUndefined();
  });

  it("does not mind undrained events of a bus that only records", async () => {
    const bus = await createTestBus({ topics, subscribers: [receipt], redis, deliver: "record" });
    await bus.publishEvent.orderPlaced(order);
    await expect(bus.stop()).resolves.toBeUndefined();
  });

  it("removes its keys, and no others", async () => {
    const client = new Redis(redis);
    try {
      // Other files have test buses at the same time: those of this test are known by their application.
      const application = `keys-${process.pid}`;
      const [one, two] = await Promise.all([testBus([receipt], { application }), testBus([receipt], { application })]);
      for (const bus of [one, two]) {
        await bus.publishEvent.orderPlaced(order);
        await bus.drain();
      }
      const mine = new Set((await client.keys(`test-*${application}*`)).map(prefixOf));
      const prefixes = async (): Promise<number> =>
        new Set((await client.keys("test-*")).map(prefixOf).filter((prefix) => mine.has(prefix))).size;
      expect(await prefixes()).toBe(2);
      await one.stop();
      expect(await prefixes()).toBe(1);
      await two.expectSent();
      await two.stop();
      expect(await prefixes()).toBe(0);
    } finally {
      client.disconnect();
    }
  });

  it("comes by itself where the bus is declared with await using, and is heard of", async () => {
    const orderId = "of a scope";
    const scope = async (): Promise<void> => {
      await using bus = await createTestBus({ topics, subscribers: [receipt], redis });
      await bus.publishEvent.orderPlaced({ ...order, orderId });
    };
    expect(await complaint(scope())).toContain("of a scope");
  });
});

describe("a test bus without an address", () => {
  it("shares a Redis with the others of its process, which ends with the last of them and leaves nothing", async () => {
    vi.stubEnv("BUSBAR_TEST_REDIS_URL", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    const own = await redisForTests(undefined);
    const client = new Redis(own.url);
    const [, folder] = (await client.config("GET", "dir")) as [string, string];
    const pid = Number(/process_id:(\d+)/.exec(await client.info("server"))?.[1]);

    const bus = await createTestBus({ topics, subscribers: [receipt], deliver: "record" });
    await bus.publishEvent.orderPlaced(order);
    await bus.expectRecorded();
    expect(await client.keys("*:log:order.placed")).toHaveLength(1);
    client.disconnect();
    await own.release();
    await own.release();
    await bus.publishEvent.orderPlaced(order);
    await bus.expectRecorded({ times: 2 });
    await bus.stop();
    expect(existsSync(folder)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("ends its Redis and removes the data also when its process is killed", async () => {
    const module = JSON.stringify(new URL("../../src/testing/redis-for-tests.ts", import.meta.url).href);
    const code = `import { redisForTests } from ${module}; console.log((await redisForTests(undefined)).url); setInterval(() => {}, 1_000);`;
    const env = { ...process.env, BUSBAR_TEST_REDIS_URL: "" };
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const client = new Redis(line.toString().trim());
    client.on("error", () => undefined);
    const [, folder] = (await client.config("GET", "dir")) as [string, string];
    const closed = once(client, "close");
    child.kill("SIGKILL");
    await closed;
    client.disconnect();
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false));
  });

  it("takes the one of BUSBAR_TEST_REDIS_URL, and leaves it running", async () => {
    vi.stubEnv("BUSBAR_TEST_REDIS_URL", redis);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { url, release } = await redisForTests(undefined);
    await release();
    expect(url).toBe(redis);
  });
});
