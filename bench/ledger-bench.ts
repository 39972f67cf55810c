import { EventEmitter, once } from "node:events";
import { Redis } from "ioredis";
import { systemClock } from "../src/base/clock.ts";
import { timeOrderedId } from "../src/base/ids.ts";
import { silentLogger } from "../src/base/logger.ts";
import { redisLocks } from "../src/base/redis-locks.ts";
import { assemble, checking } from "../src/bus/assemble.ts";
import { parseOptions } from "../src/bus/options.ts";
import { queuesOf } from "../src/bus/queues.ts";
import { type Delivery, deliveryId } from "../src/define/delivery.ts";
import { type BusOptions, createBus } from "../src/index.ts";
import type { Ledger } from "../src/workers/ledger.ts";
import { redisLedger } from "../src/workers/redis-ledger.ts";
import { redisSuppressions } from "../src/workers/redis-suppressions.ts";
import { receiptOf } from "../src/workers/statuses.ts";
import { createCompany } from "../src/workers/company.ts";
import { sentRecordOf, sentText } from "../src/workers/sent-record.ts";
import { createWorker } from "../src/workers/worker.ts";
import orderConfirmation from "../subscribers/order-confirmation.ts";
import { orderPlaced } from "../topics/index.ts";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";
import { withRedis } from "./temporary.ts";

const recorded = 50_000;
const inFlight = 200;
const events = 3_000;
/** Each way is measured so often, in turns, so that a busy machine slows both. */
const rounds = 5;
const provider = "sendgrid";
const messageId = "BHDGG8mRTt2nDo5AwMVGJQ";

/** What the ledger costs for each delivery: memory of Redis for 96 h, and throughput. */
export async function ledgerBench(): Promise<Result[]> {
  return [...(await memory()), ...(await throughput())];
}

/** 50,000 sent e-mails of one hour, as a worker records them: claim, then mark with a receipt and what the mail said. All keys of a kind, by `MEMORY USAGE`. */
function memory(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis: { url } }) => {
    const redis = new Redis(url);
    const ledger = redisLedger(redis, "bench");
    const time = new Date().toISOString();
    for (let from = 0; from < recorded; from += inFlight)
      await Promise.all(Array.from({ length: inFlight }, (_, index) => record(ledger, from + index, time)));

    const results: Result[] = [];
    for (const kind of ["ledger", "timeline", "receipts", "sent"]) {
      let bytes = 0;
      for (const key of await redis.keys(`bench:{*}:${kind}:*`)) bytes += Number(await redis.memory("USAGE", key, "SAMPLES", 0));
      const what = `memory of a sent delivery: ${kind}`;
      results.push({ what, unit: "bytes", p50: bytes / recorded, p99: undefined, count: recorded, goal: undefined });
    }
    redis.disconnect();
    const sum = results.reduce((bytes, { p50 }) => bytes + p50, 0);
    return [...results, { ...results[0]!, what: "memory of a sent delivery: all of it, for 96 h", p50: sum }];
  });
}

async function record(ledger: Ledger, number: number, time: string): Promise<void> {
  const event = { id: timeOrderedId(Date.now()), type: orderPlaced.name, time };
  const names = { subscriber: "order-confirmation", route: "email", channel: "email" } as const;
  const to = `reader-${number}@example.com`;
  const id = deliveryId({ application: "bench", eventId: event.id, ...names, recipient: to, epoch: 0 });
  const token = "0123456789ab";
  const now = Date.now();
  await ledger.claim({ id, event }, { token, lease: 6_000, mostDeaths: 5, now });
  const receipt = receiptOf({ id, event, ...names, to } as Delivery, { provider, messageId, at: now });
  await ledger.mark({ id, event }, token, { kind: "sent", detail: `${provider} ${messageId}`, receipt, record: said(to, number) });
}

/** An order's confirmation, as the reference domain words it. */
function said(to: string, number: number): string {
  const subject = `Your order KR-${number} is confirmed`;
  const text = `Hello Asha,\n\nThank you for your order KR-${number}.\n\n2 x Handloom cotton saree (indigo)\n1 x Brass diya\n\nTotal: Rs. ${2_000 + number}.00\nPaid by: cash on delivery\n\nFollow it: https://kirana.example/orders/KR-${number}\n\nKirana, 12 MG Road, Bengaluru`;
  const kept = sentRecordOf(to, { subject, text, html: `<p>${text}</p>`.repeat(10) }, { keep: "text", secret: "bench" });
  return sentText(kept!);
}

/** Lets everything through and remembers nothing: what a worker would be without a ledger. */
const keepsNothing = {
  claim: async () => ({ kind: "go", doubtful: false }),
  renew: async () => true,
  mark: async () => "marked",
  note: async () => undefined,
} satisfies Partial<Ledger> as unknown as Ledger;

/** From a log of events to a provider that answers at once: a router and a worker in this process. */
async function throughput(): Promise<Result[]> {
  const ledgers = {
    "with the ledger": (redis: Redis, prefix: string) => redisLedger(redis, prefix),
    "with one that keeps nothing": () => keepsNothing,
  };
  const rates = new Map(Object.keys(ledgers).map((name) => [name, [] as number[]]));
  await withRedis("everysec", async ({ redis: { url } }) => {
    for (let round = 0; round < rounds; round++)
      for (const [name, ledgerOf] of Object.entries(ledgers)) rates.get(name)!.push(await rateOf(url, `${round}-${name}`, ledgerOf));
  });
  return [...rates].map(([name, all]) => ({
    what: `e-mails a second, from log to provider, ${name}`,
    unit: "",
    p50: percentile(all, 0.5),
    p99: undefined,
    count: rounds * events,
    goal: undefined,
  }));
}

async function rateOf(url: string, name: string, ledgerOf: (redis: Redis, prefix: string) => Ledger): Promise<number> {
  const prefix = `bench-${name.replaceAll(" ", "-")}`;
  let sent = 0;
  const provided = new EventEmitter();
  const allSent = once(provided, "all sent");
  const options = {
    application: "bench",
    topics: { orderPlaced },
    subscribers: [orderConfirmation],
    redis: url,
    publishDeadline: "60s",
    prefix,
    channels: {
      email: {
        from: "bench@example.com",
        rateLimit: false,
        providers: [
          {
            name: provider,
            async send() {
              if ((sent += 1) === events) provided.emit("all sent");
              return { kind: "sent", messageId };
            },
            close: async () => undefined,
          },
        ],
      },
      sms: { enabled: false },
      whatsapp: { enabled: false },
      push: { enabled: false },
    },
    send: { live: true },
  } satisfies BusOptions;
  const settings = parseOptions(options as BusOptions);
  const { catalog, channels } = await assemble({
    settings,
    topics: options.topics,
    subscribers: options.subscribers,
    delivering: checking,
  });
  const redis = new Redis(url);
  const queues = queuesOf(settings, silentLogger);
  const shared = { clock: systemClock, observe: () => undefined, logger: silentLogger, pace: settings.pace };
  const worker = createWorker({
    vault: { open: (delivery) => ({ delivery, values: [] }) },
    ...shared,
    catalog,
    channel: channels.get("email")!,
    ledger: ledgerOf(redis, prefix),
    suppressions: redisSuppressions(redis, { ...settings, clock: systemClock }),
    track: async () => undefined,
    queue: queues.of("email"),
    queues: queues.of,
    locks: redisLocks(redis, prefix),
    keep: "text",
    secret: "bench",
    company: createCompany(),
    ...settings.channels.email,
  });
  const bus = createBus(options);
  try {
    await bus.publishEvent.orderPlaced.batch(
      Array.from({ length: events }, (_, index) => ({ ...orderPlaced.example!, orderId: `B-${index}` })),
    );
    const start = performance.now();
    await Promise.all([bus.start({ only: ["router"] }), worker.start()]);
    await allSent;
    return events / ((performance.now() - start) / 1_000);
  } finally {
    await bus.stop();
    await worker.stop(5_000);
    await queues.close();
    redis.disconnect();
  }
}
