import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Redis } from "ioredis";
import { type BusOptions, createBus, defineSubscriber, emailTemplate, type Subscriber } from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed, orderPlaced, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();
const topics = "order.placed";
const subscribers = "receipt";

let made = 0;
const mail = (words: string) =>
  emailTemplate({
    name: "receipt",
    data: z.object({ orderId: z.string() }),
    subject: "Order {{orderId}}",
    mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>${words} {{orderId}}</mj-text></mj-column></mj-section></mj-body></mjml>`,
    text: `Hello,\n${words} {{orderId}}`,
  });
interface Written {
  readonly words?: string;
  readonly prefix?: string;
  readonly to?: (email: string) => string | undefined;
}
const receiptOf = ({ words = "Your order is", prefix = "A", to = (email) => email }: Written = {}): Subscriber =>
  defineSubscriber(orderPlaced, {
    name: "receipt",
    filter: { orderId: [{ prefix }] },
    deliver: ({ email, handler }) => [
      email({ to: ({ data }) => to(data.email), template: mail(words), data: ({ data }) => ({ orderId: data.orderId }) }),
      handler({ handle: async () => undefined }),
    ],
  });
const busWith = (prefix: string, subscriber: Subscriber, options: Partial<BusOptions> = {}) => {
  const { provider, sends } = recordingProvider();
  const bus = kept(() =>
    createBus({
      application: "test",
      topics: { orderPlaced },
      subscribers: [subscriber],
      redis: url,
      prefix,
      channels: { email: { from: "shop@example.com", rateLimit: false, providers: [provider] } },
      send: { live: true },
      ...(options as object),
    }),
  );
  return { bus, sends };
};

/** Three orders, of which the first two begin with A, as yesterday's code sent them. */
async function yesterday(options: Partial<BusOptions> = {}) {
  const prefix = `${filePrefix}-${(made += 1)}`;
  const { bus } = busWith(prefix, receiptOf(), options);
  await bus.start();
  const sent = observed(bus, "sent", 4);
  for (const orderId of ["A-1", "A-2", "B-1"]) await bus.publishEvent.orderPlaced({ orderId, email: `${orderId}@example.com` });
  await sent;
  await bus.stop();
  return prefix;
}
const diffOf = async (prefix: string, today: Subscriber) => {
  const { bus, sends } = busWith(prefix, today);
  const result = await bus.replays.diff({ topics, subscribers });
  expect(sends).toEqual([]);
  return result;
};

describe("a diff", () => {
  it("finds nothing where the code is as it was", async () => {
    expect(await diffOf(await yesterday(), receiptOf())).toMatchObject({
      events: 3,
      same: 4,
      added: 0,
      removed: 0,
      changed: 0,
      unknown: 0,
      differences: [],
      finished: true,
    });
  });

  it("says what a wider filter adds, to whom and in which words, and what a narrower one leaves out", async () => {
    const prefix = await yesterday();
    const wider = await diffOf(prefix, receiptOf({ prefix: "" }));
    expect(wider).toMatchObject({ same: 4, added: 2, removed: 0, changed: 0 });
    expect(wider.differences[0]).toMatchObject({ kind: "added", subscriber: "receipt", channel: "email", to: "B-1@example.com" });
    expect(wider.differences[0]!.fields).toContainEqual({ field: "subject", after: "Order B-1" });
    const narrower = await diffOf(prefix, receiptOf({ prefix: "A-1" }));
    expect(narrower).toMatchObject({ same: 2, added: 0, removed: 2, changed: 0 });
    expect(narrower.differences.find(({ channel }) => channel === "email")).toMatchObject({
      kind: "removed",
      to: "A-2@example.com",
      fields: [
        { field: "subject", before: "Order A-2" },
        { field: "text", before: "Hello,\nYour order is A-2" },
        { field: "html", before: "(not kept)" },
      ],
    });
  });

  it("says of each recipient which field another template changes, with the words before and after", async () => {
    const changed = await diffOf(await yesterday(), receiptOf({ words: "You have bought" }));
    expect(changed).toMatchObject({ same: 2, added: 0, removed: 0, changed: 2 });
    const [first] = changed.differences;
    expect(first).toMatchObject({ kind: "changed", to: "A-1@example.com" });
    expect(first!.fields[0]).toEqual({ field: "text", before: "Hello,\nYour order is A-1", after: "Hello,\nYou have bought A-1" });
    expect(first!.fields.map(({ field }) => field)).toEqual(["text", "html"]);
  });

  it("with digests tells what differs and not what it was, and with nothing kept that it does not know", async () => {
    const [digests, nothing] = await Promise.all([yesterday({ keepSent: "digests" }), yesterday({ keepSent: false })]);
    const changed = await diffOf(digests, receiptOf({ words: "You have bought" }));
    expect(changed).toMatchObject({ changed: 2, same: 2 });
    expect(changed.differences[0]!.fields[0]).toMatchObject({ field: "text", before: "(not kept)" });
    expect(await diffOf(nothing, receiptOf())).toMatchObject({ unknown: 2, same: 2, changed: 0 });
  });
});

it("nothing is kept of what was sent where replays are refused", async () => {
  const prefix = `${filePrefix}-${(made += 1)}`;
  const { bus } = busWith(
    prefix,
    defineSubscriber(orderPlaced, {
      name: "receipt",
      replay: "never",
      deliver: ({ email }) => [
        email({ to: ({ data }) => data.email, template: mail("Code"), data: ({ data }) => ({ orderId: data.orderId }) }),
      ],
    }),
  );
  await bus.start();
  const sent = observed(bus, "sent");
  await bus.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
  await sent;
  const redis = new Redis(url);
  const keys = await redis.keys(`${prefix}:{*}:sent:*`);
  redis.disconnect();
  expect(keys).toEqual([]);
});
