import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { type Delivery } from "../../src/define/delivery.ts";
import { createBus, defineSubscriber, type Subscriber } from "../../src/index.ts";
import { startMailroom } from "../../src/mailroom/mailroom.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import type { RoutingRecord } from "../../src/router/routing-record.ts";
import { createTestBus } from "../../src/testing/index.ts";
import { observed, orderPlaced, receipt, receiptEmail, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const line = testLine();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;
const testBus = (subscribers: readonly Subscriber[]) => createTestBus({ topics: { orderPlaced }, subscribers, redis: url });
const order = (orderId: string, email = "asha@example.com") => ({ orderId, email });

async function withQueue<Content extends Delivery | RoutingRecord, Result>(
  prefix: string,
  name: string,
  look: (queue: ReturnType<typeof bullmqQueue<Content>>) => Promise<Result>,
): Promise<Result> {
  const queue = bullmqQueue<Content>({
    url,
    prefix,
    application: "test",
    name,
    logger: silentLogger,
    keepCompleted: { age: 60_000, count: 10 },
  });
  try {
    return await look(queue);
  } finally {
    await queue.close();
  }
}

describe("the line", () => {
  it("delivers a published event to its recipient, once, and can tell what happened", async () => {
    const { provider, sends } = recordingProvider(() => ({ kind: "sent", messageId: "m-1" }));
    const bus = line.bus({ url, prefix: newPrefix(), provider });
    await bus.start();
    const sent = observed(bus, "sent");
    const { id, durability } = await bus.publishEvent.orderPlaced(order("A-1"));
    const [fact] = await sent;
    expect(durability).toBe("memory");
    expect(sends.map(({ message }) => message)).toMatchObject([{ to: "asha@example.com", subject: "Order A-1", text: "Order A-1" }]);
    expect(await bus.inspect.deliveries(fact!.delivery.event)).toMatchObject([
      {
        subscriber: "receipt",
        deliveries: [{ id: fact!.delivery.id, channel: "email", timeline: [{ step: "sent", detail: "recorder m-1" }] }],
      },
    ]);
    expect(fact!.delivery.event.id).toBe(id);
  });

  it("routes what was published before the application's first start", async () => {
    const { provider, sends } = recordingProvider();
    const bus = line.bus({ url, prefix: newPrefix(), provider });
    for (let index = 0; index < 5; index++) await bus.publishEvent.orderPlaced(order(`A-${index}`));
    const sent = observed(bus, "sent", 5);
    await bus.start();
    await sent;
    expect(sends).toHaveLength(5);
  });

  it("A4: sends again after a failure that may pass, and counts the try", async () => {
    const { provider, sends } = recordingProvider((_, earlier) => (earlier < 2 ? { kind: "retry", reason: "503" } : { kind: "sent" }));
    const bus = line.bus({ url, prefix: newPrefix(), provider });
    await bus.start();
    const retrying = observed(bus, "retrying", 2);
    const sent = observed(bus, "sent");
    await bus.publishEvent.orderPlaced(order("A-1"));
    await sent;
    expect((await retrying).map(({ reason, burned }) => ({ reason, burned }))).toEqual([
      { reason: "recorder: 503", burned: true },
      { reason: "recorder: 503", burned: true },
    ]);
    expect(new Set(sends.map(({ deliveryId }) => deliveryId)).size).toBe(1);
  });

  it("B1: makes a dead letter after the fourth failed try", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider(() => ({ kind: "retry", reason: "503", scope: "recipient" }));
    const bus = line.bus({ url, prefix, provider });
    await bus.start();
    const dead = observed(bus, "dead");
    await bus.publishEvent.orderPlaced(order("A-1"));
    expect((await dead)[0]).toMatchObject({ reason: "recorder: 503 (try 4 of 4)" });
    expect(sends).toHaveLength(4);
    await bus.stop();
    const letters = await withQueue<Delivery, unknown>(prefix, "email", (queue) => queue.deadLetters({ from: 0, count: 10 }));
    expect(letters).toMatchObject([
      { reason: "recorder: 503 (try 4 of 4)", attempts: 4, content: { to: "asha@example.com", subscriber: "receipt" } },
    ]);
  });

  it("makes a dead letter of a wrong address without sending anything, and delivers to the others", async () => {
    await using bus = await testBus([receipt]);
    await bus.publishEvent.orderPlaced(order("A-1", "nobody at all"));
    await bus.publishEvent.orderPlaced(order("A-2"));
    await bus.expectDead({ reason: 'to: "nobody at all" is not an e-mail address' });
    await bus.expectSent();
    expect(bus.mailroom.messages()).toMatchObject([{ subject: "Order A-2" }]);
  });

  it("lets one subscriber's broken code stop nobody: its event waits on the queue routing and is planned again", async () => {
    let broken = true;
    const fragile = defineSubscriber(orderPlaced, {
      name: "fragile",
      deliver: ({ email }) => [
        email({
          to: ({ data }) => {
            if (broken) throw new Error("the price list is missing");
            return data.email;
          },
          template: receiptEmail,
          data: ({ data }) => ({ orderId: data.orderId }),
        }),
      ],
    });
    await using bus = await testBus([receipt, fragile]);
    const { id } = await bus.publishEvent.orderPlaced(order("A-1"));
    await bus.expectSent({ subscriber: "receipt" });
    expect(await bus.expectUnroutable()).toEqual({
      eventId: id,
      subscriber: "fragile",
      reason: 'subscriber "fragile", route "email": to threw: the price list is missing',
    });
    broken = false;
    await bus.clock.advance("5s");
    await bus.expectSent({ subscriber: "fragile" });
  });

  it("puts an entry that is no event aside, and goes on", async () => {
    const prefix = newPrefix();
    const { provider } = recordingProvider();
    const bus = line.bus({ url, prefix, provider });
    await bus.start();
    const [unroutable, sent] = [observed(bus, "unroutable"), observed(bus, "sent")];
    await redis.xadd(`${prefix}:{0}:log:order.placed`, "*", "n", 1, "event", "this is no JSON");
    await redis.hset(`${prefix}:{0}:log-meta:order.placed`, "n", 1);
    await bus.publishEvent.orderPlaced(order("A-1"));
    await sent;
    expect((await unroutable)[0]!.reason).toMatch(/JSON/);
  });

  it("holds back only what needs a queue that refuses, and delivers it when the queue is mended", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const quiet = defineSubscriber(orderPlaced, {
      name: "quiet",
      deliver: ({ email }) => [email({ when: () => false, to: () => "x@y.zz", template: receiptEmail, data: () => ({ orderId: "" }) })],
    });
    const bus = line.bus({ url, prefix, provider, subscribers: [receipt, quiet] });
    await bus.start({ only: ["router"] });
    await redis.set(`${prefix}:{test.email}:prioritized`, "broken");
    const quietRouted = observed(bus, "routed", 10);
    for (let index = 0; index < 10; index++) await bus.publishEvent.orderPlaced(order(`A-${index}`));
    expect((await quietRouted).map(({ subscriber }) => subscriber)).toEqual(Array.from({ length: 10 }, () => "quiet"));
    expect((await redis.xpending(`${prefix}:{0}:log:order.placed`, "test.receipt"))[0]).toBe(10);
    const held = observed(bus, "routed", 10);
    await redis.del(`${prefix}:{test.email}:prioritized`);
    await held;
    const workers = line.bus({ url, prefix, provider, subscribers: [receipt, quiet] });
    const sent = observed(workers, "sent", 10);
    await workers.start({ only: ["workers"] });
    await sent;
    expect(new Set(sends.map(({ message }) => message.subject)).size).toBe(10);
    expect(sends).toHaveLength(10);
  });

  it("has its readers again after somebody emptied Redis", async () => {
    const prefix = newPrefix();
    const { provider } = recordingProvider();
    const bus = line.bus({ url, prefix, provider });
    await bus.start();
    const first = observed(bus, "sent");
    await bus.publishEvent.orderPlaced(order("A-1"));
    await first;
    await redis.del(...(await redis.keys(`${prefix}:{0}:*`)));
    const second = observed(bus, "sent");
    await bus.publishEvent.orderPlaced(order("A-2"));
    expect((await second)[0]!.delivery.data).toEqual({ orderId: "A-2" });
  });

  it("A5: shares the work between processes that know nothing of each other", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const [one, two] = [line.bus({ url, prefix, provider }), line.bus({ url, prefix, provider })];
    await Promise.all([one.start(), two.start()]);
    let left = 200;
    const all = new Promise<void>((resolve) => {
      for (const bus of [one, two]) bus.on("sent", () => (left -= 1) === 0 && resolve());
    });
    await Promise.all(Array.from({ length: 200 }, (_, index) => one.publishEvent.orderPlaced(order(`A-${index}`))));
    await all;
    expect(new Set(sends.map(({ deliveryId }) => deliveryId)).size).toBe(200);
    expect(sends).toHaveLength(200);
  });

  it("keeps applications apart that share a log and the names of their subscribers", async () => {
    const prefix = newPrefix();
    const [shop, wallet] = [recordingProvider(), recordingProvider()];
    const buses = [
      line.bus({ url, prefix, provider: shop.provider, bus: { application: "shop" } }),
      line.bus({ url, prefix, provider: wallet.provider, bus: { application: "wallet" } }),
    ] as const;
    await Promise.all(buses.map((bus) => bus.start()));
    const sent = Promise.all(buses.map((bus) => observed(bus, "sent", 50)));
    await Promise.all(Array.from({ length: 50 }, (_, index) => buses[0].publishEvent.orderPlaced(order(`A-${index}`))));
    await sent;
    expect([shop.sends.length, wallet.sends.length]).toEqual([50, 50]);
    expect(new Set([...shop.sends, ...wallet.sends].map(({ deliveryId }) => deliveryId)).size).toBe(100);
  });

  it("A10: loses nothing and sends nothing twice when it is stopped under load and started again", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const total = 300;
    const publisher = line.bus({ url, prefix });
    const publishing = (async () => {
      for (let index = 0; index < total; index++) await publisher.publishEvent.orderPlaced(order(`A-${index}`));
    })();
    for (let round = 0; round < 4; round++) {
      const bus = line.bus({ url, prefix, provider });
      const some = observed(bus, "sent", 20);
      await bus.start();
      await some;
      await bus.stop();
    }
    await publishing;
    const last = line.bus({ url, prefix, provider });
    const missing = total - sends.length;
    const rest = observed(last, "sent", Math.max(missing, 1));
    await last.start();
    if (missing > 0) await rest;
    expect(new Set(sends.map(({ deliveryId }) => deliveryId)).size).toBe(total);
    expect(sends).toHaveLength(total);
  });

  it("E6: workers that have nothing in common but Redis share the deliveries, and each is sent once", async () => {
    const prefix = newPrefix();
    // Each answers when both are under way, so that neither can be done before the other has begun.
    const begun = new Set<number>();
    let meet!: () => void;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const processes = [0, 1].map((number) => {
      const { provider, sends } = recordingProvider(async () => {
        if (begun.add(number).size === 2) meet();
        await met;
        return { kind: "sent" };
      });
      return { bus: line.bus({ url, prefix, provider }), sends };
    });
    const router = line.bus({ url, prefix, provider: recordingProvider().provider });
    const routed = observed(router, "routed", 60);
    await router.start({ only: ["router"] });
    for (let index = 0; index < 60; index++) await router.publishEvent.orderPlaced(order(`A-${index}`));
    await routed;
    let left = 60;
    const allSent = new Promise<void>((resolve) => {
      for (const { bus } of processes) bus.on("sent", () => void ((left -= 1) === 0 && resolve()));
    });
    await Promise.all(processes.map(({ bus }) => bus.start({ only: ["workers"] })));
    await allSent;
    const sends = processes.map((each) => each.sends.map(({ deliveryId }) => deliveryId));
    expect(sends.map(({ length }) => length > 0)).toEqual([true, true]);
    expect(sends.flat()).toHaveLength(60);
    expect(new Set(sends.flat()).size).toBe(60);
  });

  it("leaves a delivery that this build does not know to a newer one, without burning an attempt", async () => {
    const prefix = newPrefix();
    const { provider, sends } = recordingProvider();
    const newer = defineSubscriber(orderPlaced, { name: "added", deliver: receiptRoutes });
    const router = line.bus({ url, prefix, provider, subscribers: [newer] });
    await router.start({ only: ["router"] });
    const old = line.bus({ url, prefix, provider, subscribers: [receipt] });
    const waiting = observed(old, "retrying");
    await old.start({ only: ["workers"] });
    await router.publishEvent.orderPlaced(order("A-1"));
    expect((await waiting)[0]).toMatchObject({ burned: false, reason: 'this build has no route "email" of subscriber "added"' });
    expect(sends).toEqual([]);
  });
});

const receiptRoutes: Parameters<typeof defineSubscriber<typeof orderPlaced>>[1]["deliver"] = ({ email }) => [
  email({ to: ({ data }) => data.email, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) }),
];

describe("the email channel on the line", () => {
  it("A9: sends nothing for real without provider keys: the whole message is in the mailroom", async () => {
    await using bus = await testBus([receipt]);
    await bus.publishEvent.orderPlaced(order("A-1"));
    const { provider, delivery } = await bus.expectSent({ to: "asha@example.com", subject: "Order A-1" });
    expect(provider).toBe("sendgrid (mailroom)");
    expect(bus.mailroom.messages()).toMatchObject([{ deliveryId: delivery.id, html: expect.stringContaining("Order A-1") as string }]);
  });

  it("B2: sends by SMTP what SendGrid fails to take, and by SendGrid again when it recovers", async () => {
    const mailroom = await startMailroom();
    mailroom.fail("sendgrid", { status: 503, times: 2 });
    const bus = line.bus({
      url,
      prefix: newPrefix(),
      email: { providers: undefined, sendgrid: { apiKey: "SG.test", baseUrl: mailroom.url }, smtp: mailroom.smtp },
      live: true,
    });
    await bus.start();
    const providers: string[] = [];
    for (let index = 0; index < 3; index++) {
      const sent = observed(bus, "sent");
      await bus.publishEvent.orderPlaced(order(`A-${index}`));
      providers.push((await sent)[0]!.provider);
    }
    expect(providers).toEqual(["smtp", "smtp", "sendgrid"]);
    expect(mailroom.inbox.list().map(({ provider, subject }) => `${provider} ${subject}`)).toEqual([
      "sendgrid Order A-2",
      "smtp Order A-1",
      "smtp Order A-0",
    ]);
    await bus.stop();
    await mailroom.stop();
  });

  it("refuses to start with real sending on and no keys, saying what to set", async () => {
    const bus = line.bus({ url, prefix: newPrefix(), live: true });
    await expect(bus.start()).rejects.toMatchObject({
      problems: [expect.stringMatching(/Set SENDGRID_API_KEY or SMTP_URL, or switch the channel off with EMAIL_ENABLED=false/)],
    });
  });
});

describe("a start", () => {
  it("reports every problem of subscribers and templates at once, and runs nothing", async () => {
    const folder = new URL("../support/broken-subscribers/", import.meta.url);
    const bus = createBus({
      application: "test",
      topics: { orderPlaced },
      subscribers: folder,
      redis: url,
      prefix: newPrefix(),
      channels: { email: { from: "shop@example.com" } },
    });
    const error = (await bus.start().catch((thrown: unknown) => thrown)) as { code: string; problems: string[] };
    expect(error.code).toBe("INVALID_DEFINITION");
    expect(error.problems).toEqual([
      expect.stringMatching(/^subscribers\/no-default\.ts: has no default export/),
      expect.stringMatching(/^subscribers\/throws\.ts: cannot be imported: boom at import/),
      expect.stringMatching(/two subscribers are called "twin"/),
      expect.stringMatching(/orderNo.*orderId/s),
    ]);
    await bus.stop();
  });

  it("D6: says in one line that no Redis answers, where it looked, and what to do", async () => {
    const bus = line.bus({ url: "redis://user:secret@127.0.0.1:1", prefix: newPrefix() });
    await expect(bus.start()).rejects.toMatchObject({
      code: "REDIS_UNREACHABLE",
      message: expect.stringMatching(
        /^No Redis answers at redis:\/\/user:\*\*\*@127\.0\.0\.1:1 .*Start it, or correct REDIS_URL/,
      ) as string,
    });
  });
});
