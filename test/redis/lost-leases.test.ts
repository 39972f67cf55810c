import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import type { EmailMessage } from "../../src/define/message.ts";
import { defineSubscriber, emailTemplate } from "../../src/index.ts";
import type { Provider } from "../../src/providers/index.ts";
import { ledgerKeys } from "../../src/workers/redis-ledger-keys.ts";
import { observed, orderPlaced, receipt, receiptEmail, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const line = testLine();
const redis = new Redis(url);
afterAll(() => redis.disconnect());
const order = { orderId: "A-1", email: "asha@example.com" };

/** A bus whose first send waits until it is stopped; resolves when that one is under way. Later ones answer at once. */
async function sending(prefix: string) {
  const aborted: string[] = [];
  let tries = 0;
  let begin!: (deliveryId: string) => void;
  const begun = new Promise<string>((resolve) => (begin = resolve));
  const provider: Provider<EmailMessage> = {
    name: "slow",
    async send(_message, { deliveryId, signal }) {
      tries += 1;
      if (tries > 1) return { kind: "sent" };
      begin(deliveryId);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      aborted.push(deliveryId);
      return { kind: "unknown", reason: "it was stopped" };
    },
    close: async () => undefined,
  };
  const bus = line.bus({ url, prefix, provider });
  const routed = observed(bus, "routed");
  const doubtful = observed(bus, "doubtful");
  const sent = observed(bus, "sent");
  await bus.start();
  await bus.publishEvent.orderPlaced(order);
  const [{ planned }] = (await routed) as [Awaited<typeof routed>[number]];
  await begun;
  return { delivery: planned[0]!, aborted, doubtful, sent };
}

it("a send is stopped when its claim has passed to another worker", async () => {
  const prefix = `${filePrefix}-claim`;
  const { delivery, aborted, sent } = await sending(prefix);
  const { ledger } = ledgerKeys(prefix).of(delivery);
  // As whoever takes it over leaves it: its token, and a lease that has just begun and soon ends.
  await redis.hset(ledger, delivery.id, `c|1|another|${Date.now() + 1_500}`);
  await sent;
  expect(aborted).toEqual([delivery.id]);
});

it("a send is stopped when the lock of its job is lost, and goes again with its doubt", async () => {
  const prefix = `${filePrefix}-lock`;
  const { delivery, aborted, doubtful, sent } = await sending(prefix);
  await redis.del(`${prefix}:{test.email}:${delivery.id}:lock`);
  await doubtful;
  await sent;
  expect(aborted).toEqual([delivery.id]);
});

it("what was planned with a newer version of its template is left to a process that knows it, and no attempt is burned", async () => {
  const prefix = `${filePrefix}-template`;
  const [router, old] = [recordingProvider(), recordingProvider()];
  const { name, text, mjml, subject } = receiptEmail;
  const newer = defineSubscriber(orderPlaced, {
    name: "receipt",
    deliver: ({ email }) => [
      email({
        to: ({ data }) => data.email,
        template: emailTemplate({ name, version: 2, data: receiptEmail.schema as never, subject, mjml, text }),
        data: ({ data }) => ({ orderId: data.orderId }) as never,
      }),
    ],
  });
  const planning = line.bus({ url, prefix, provider: router.provider, subscribers: [newer] });
  await planning.start({ only: ["router"] });
  const working = line.bus({ url, prefix, provider: old.provider, subscribers: [receipt] });
  const waiting = observed(working, "retrying");
  await working.start({ only: ["workers"] });
  await planning.publishEvent.orderPlaced(order);
  expect((await waiting)[0]).toMatchObject({
    burned: false,
    reason: 'this build knows version 1 of template "receipt", the delivery was planned with 2',
  });
  expect([...router.sends, ...old.sends]).toEqual([]);
});
