import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import { examine } from "../../src/bus/doctor/examine.ts";
import { parseOptions } from "../../src/bus/options.ts";
import { type Bus, createBus, defineSubscriber, defineTopic, pii, secret } from "../../src/index.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { busesOf } from "../support/buses.ts";
import { ask, httpDoor } from "../support/http.ts";
import { observed, receiptEmail, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const keep = busesOf();
const door = httpDoor({ redis: url, prefix, application: "shop" });
const subject = "customer.id";
const topic = defineTopic(
  "order.placed",
  z.object({ orderId: z.string(), code: secret(z.string()), customer: z.object({ id: z.string(), email: pii(z.email(), { subject }) }) }),
  { index: ["orderId", "customer.email"] },
);
const confirmation = defineSubscriber(topic, {
  name: "order-confirmation",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.customer.email,
      template: receiptEmail,
      data: ({ data }) => ({ orderId: `${data.orderId} ${data.code}` }),
    }),
  ],
});
const order = (orderId: string, id: string) => ({ orderId, code: `C-${orderId}`, customer: { id, email: `${id}@example.in` } });
const [own, foreign] = [newKey("dev"), newKey("zz")];

const optionsOf = (keys: readonly string[], { provider, sends } = recordingProvider()) => ({
  sends,
  options: {
    application: "shop",
    topics: { orderPlaced: topic },
    subscribers: [confirmation],
    redis: url,
    prefix,
    keys,
    channels: { email: { from: "from@example.com", providers: [provider], rateLimit: false } },
    send: { live: true },
  } as const,
});
const busOf = (keys: readonly string[]) => {
  const { options, sends } = optionsOf(keys);
  return { bus: keep(() => createBus(options)), sends };
};
const shown = "[sealed with the key zz, which BUSBAR_KEYS does not hold]";
const reason =
  'order.placed: customer.email cannot be opened: the key of its subject is wrapped with the key "zz", which BUSBAR_KEYS does not hold: ' +
  "put that one's line into BUSBAR_KEYS, behind the first, and start again";

describe("C11: an event whose subject's key is wrapped with a key that this process lacks", () => {
  it("stops nobody else, is shown as sealed, and is delivered when the key is there and its dead letter is redriven", async () => {
    const [{ bus, sends }, stranger] = [busOf([own]), busOf([foreign]).bus];
    await bus.publishEvent.orderPlaced(order("ok1", "u1"));
    const bad = await stranger.publishEvent.orderPlaced(order("bad", "u-bad"));
    await bus.publishEvent.orderPlaced(order("ok2", "u1"));
    const [sent, unroutable] = [observed(bus, "sent", 2), observed(bus, "unroutable")];
    await bus.start();
    await sent;
    expect(sends.map(({ message }) => message.subject).toSorted()).toEqual(["Order ok1 C-ok1", "Order ok2 C-ok2"]);
    expect((await unroutable)[0]).toMatchObject({ eventId: bad.id, reason });

    // For people it is an event like others, its personal fields sealed.
    const data = { orderId: "bad", code: "[secret]", customer: { id: "u-bad", email: shown } };
    expect((await bus.inspect.events(5)).find(({ id }) => id === bad.id)?.data).toEqual(data);
    expect((await bus.inspect.trace(bad.id))?.subscribers[0]).toMatchObject({ state: "problem", reason });
    for (const asked of [{ value: "bad" }, { value: "u-bad@example.in", key: "email" }])
      expect(
        (await bus.inspect.search(asked)).events.map(({ event }) => event.data),
        asked.value,
      ).toEqual([data]);
    const ending = new AbortController();
    for await (const { id } of bus.inspect.tail({ last: 3, signal: ending.signal })) if (id === bad.id) break;
    const preview = await bus.replays.preview({
      topics: ["order.placed"],
      subscribers: ["order-confirmation"],
      from: Date.now() - 600_000,
    });
    expect(preview).toMatchObject({ events: 3, firstProblem: expect.stringContaining(reason) as string });
    const server = await door.serve({ bus: bus as unknown as Bus });
    const key = await door.key({ name: "reader", scopes: ["read"] });
    for (const path of ["/v1/events?count=5", `/v1/events/${bad.id}`, "/v1/traces?value=bad"])
      expect([path, (await ask(`${server.url}${path}`, { key })).status]).toEqual([path, 200]);
    expect(await bus.erase({ subject: "u1", preview: true })).toMatchObject({ events: { "order.placed": 2 }, unopened: {} });
    expect(await bus.erase({ subject: "u-bad", preview: true })).toMatchObject({
      events: { "order.placed": 1 },
      unopened: { "order.placed": 1 },
    });

    // Who operates is told, and so is who publishes about that person here.
    const found = await examine({ settings: parseOptions(optionsOf([own]).options), durability: undefined, bus: bus as unknown as Bus });
    expect(found.find(({ about }) => about === "key ring")).toMatchObject({
      level: "error",
      message: expect.stringContaining('"zz" (1 of the newest 3 events)') as string,
    });
    await expect(bus.publishEvent.orderPlaced(order("more", "u-bad"), { id: "more" })).rejects.toThrow(
      /^order.placed: event more was not published: the key of its subject is wrapped with the key "zz", which BUSBAR_KEYS does not hold: .* and start again\. Then publish again with \{ id: "more" \}\.$/,
    );

    await vi.waitFor(async () => {
      await handOut("routing");
      expect((await bus.deadLetters.list({ queue: "routing" })).deadLetters).toMatchObject([{ reason }]);
    });
    const [letter] = (await bus.deadLetters.list({ queue: "routing" })).deadLetters;
    expect((await bus.deadLetters.show(letter!.id))?.data).toMatchObject({ data });
    await bus.stop();
    const whole = busOf([own, foreign]);
    const delivered = observed(whole.bus, "sent");
    await whole.bus.start();
    expect((await whole.bus.deadLetters.redrive([letter!.id])).refused).toEqual([]);
    await delivered;
    expect(whole.sends.map(({ message }) => `${message.to} ${message.subject}`)).toEqual(["u-bad@example.in Order bad C-bad"]);
  });
});

/** Hands out what waits for a time, as if that had come. */
async function handOut(name: string): Promise<void> {
  const clock = { now: () => Date.now() + 3_600_000 };
  const queue = bullmqQueue({
    url,
    prefix,
    application: "shop",
    name,
    logger: silentLogger,
    clock,
    keepCompleted: { age: 60_000, count: 10 },
  });
  await queue.handOutDue();
  await queue.close();
}
