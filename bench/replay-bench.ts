import { once } from "node:events";
import { EventEmitter } from "node:events";
import { join } from "node:path";
import { Redis } from "ioredis";
import { shortHash, timeOrderedId } from "../src/base/ids.ts";
import { silentLogger } from "../src/base/logger.ts";
import { deliveryId } from "../src/define/delivery.ts";
import { type BusOptions, createBus, defineSubscriber, emailTemplate } from "../src/index.ts";
import { folderStore } from "../src/log/archive/folder-store.ts";
import { dayMs, dayName } from "../src/log/archive/segment.ts";
import { logKeys } from "../src/log/redis-log-keys.ts";
import { redisLog } from "../src/log/redis-log.ts";
import { archivedPast } from "../src/bus/archive/archived-past.ts";
import { ledgerKeys } from "../src/workers/redis-ledger-keys.ts";
import { sentText } from "../src/workers/sent-record.ts";
import * as z from "zod";
import { orderPlaced } from "../topics/index.ts";
import type { Result } from "./result.ts";
import { withRedis } from "./temporary.ts";

const compared = 10_000;
/** BENCH_ARCHIVE=1000000 for the figure of docs/replay.md. */
const archived = Number(process.env["BENCH_ARCHIVE"] ?? 100_000);
const days = 4;

const mailOf = (words: string) =>
  emailTemplate({
    name: "confirmation",
    data: z.object({ orderId: z.string(), name: z.string() }),
    subject: "Your order {{orderId}}",
    mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{name}}, ${words} {{orderId}}</mj-text></mj-column></mj-section></mj-body></mjml>`,
    text: `Hello {{name}},\n\n${words} {{orderId}}`,
  });
const confirming = (words: string) =>
  defineSubscriber(orderPlaced, {
    name: "confirmation",
    deliver: ({ email }) => [
      email({
        to: ({ data }) => data.customer.email,
        template: mailOf(words),
        data: ({ data }) => ({ orderId: data.orderId, name: data.customer.name }),
      }),
    ],
  });

/** 10,000 events that were sent, beside today's code, which says something else. */
export function diffBench(): Promise<Result> {
  return withRedis("everysec", async ({ redis: { url } }) => {
    let sent = 0;
    const provided = new EventEmitter();
    const allSent = once(provided, "all sent");
    const optionsOf = (words: string): BusOptions =>
      ({
        application: "bench",
        topics: { orderPlaced },
        subscribers: [confirming(words)],
        redis: url,
        publishDeadline: "60s",
        channels: {
          email: {
            from: "bench@example.com",
            rateLimit: false,
            concurrency: 50,
            providers: [
              {
                name: "sendgrid",
                async send() {
                  if ((sent += 1) === compared) provided.emit("all sent");
                  return { kind: "sent" };
                },
                close: async () => undefined,
              },
            ],
          },
        },
        send: { live: true },
      }) as unknown as BusOptions;
    const then = createBus(optionsOf("we have your order"));
    const orders = Array.from({ length: compared }, (_, index) => ({ ...orderPlaced.example!, orderId: `B-${index}` }));
    for (let from = 0; from < compared; from += 1_000) await then.publish.batch(orderPlaced.name, orders.slice(from, from + 1_000));
    await then.start();
    await allSent;
    await then.stop();
    const today = createBus(optionsOf("thank you for your order"));
    try {
      const start = performance.now();
      const { changed } = await today.replays.diff({ topics: orderPlaced.name, subscribers: "confirmation" });
      const seconds = (performance.now() - start) / 1_000;
      if (changed !== compared) throw new Error(`${changed} of ${compared} were found changed: the measurement is void`);
      return { what: "a diff of 10,000 events with their e-mails", unit: "s", p50: seconds, p99: undefined, count: compared, goal: 60 };
    } finally {
      await today.stop();
    }
  });
}

/** Events of four days with an e-mail each, into an archive, and one of the days out of it. */
export function archiveBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis: { url }, folder }) => {
    const redis = new Redis(url);
    const first = Math.floor(Date.now() / dayMs) * dayMs - (days + 2) * dayMs;
    await publishPast(redis, first);
    redis.disconnect();

    const place = join(folder, "archive");
    const bus = createBus({
      application: "bench",
      topics: { orderPlaced },
      subscribers: [confirming("x")],
      redis: url,
      archive: { folder: place },
    });
    const log = redisLog({ url, prefix: "busbar", logger: silentLogger });
    try {
      const start = performance.now();
      const { written } = await bus.archive.write();
      const micros = ((performance.now() - start) * 1_000) / archived;
      const events = written.reduce((sum, segment) => sum + segment.events, 0);
      const deliveries = written.reduce((sum, segment) => sum + segment.deliveries, 0);
      if (events !== archived || deliveries !== archived)
        throw new Error(`${events} events and ${deliveries} deliveries were archived: the measurement is void`);
      const bytes = written.reduce((sum, segment) => sum + segment.bytes, 0) / archived;

      // As if they had left Redis.
      const trimmer = new Redis(url);
      await trimmer.xtrim(logKeys("busbar").log(orderPlaced.name, 0), "MAXLEN", 0);
      trimmer.disconnect();
      const store = folderStore(place);
      const opened = new Set<string>();
      const counting = { ...store, get: (name: string) => (name.endsWith(".gz") && opened.add(name), store.get(name)) };
      const past = archivedPast({ log, store: counting, application: "bench", replay: undefined, outcomes: false });
      const day = first + (days - 2) * dayMs;
      const began = performance.now();
      let read = 0;
      for (let after: string | undefined; ;) {
        const { entries } = await past.page(
          { topic: orderPlaced.name, partition: 0 },
          { from: day, to: day + dayMs - 1, after, count: 200 },
        );
        if (entries.length === 0) break;
        read += entries.length;
        after = entries.at(-1)!.id;
      }
      const readMicros = ((performance.now() - began) * 1_000) / read;
      if (read !== archived / days || opened.size !== 1 || ![...opened][0]!.includes(dayName(day)))
        throw new Error(`${read} events were read, of ${[...opened].join(", ")}: the measurement is void`);
      const result = { p99: undefined, count: archived };
      return [
        { ...result, what: "an event and what was sent of it, into the archive", unit: "µs", p50: micros, goal: 50 },
        { ...result, what: "the same in the archive", unit: "bytes", p50: bytes, goal: undefined },
        {
          ...result,
          what: "an event of one day out of it, no other day opened",
          unit: "µs",
          p50: readMicros,
          count: read,
          goal: undefined,
        },
      ];
    } finally {
      await bus.stop();
      await log.close();
    }
  });
}

/** What a router and workers leave in Redis, written without them. */
async function publishPast(redis: Redis, first: number): Promise<void> {
  const keys = logKeys("busbar");
  const ledger = ledgerKeys("busbar");
  const topic = orderPlaced.name;
  const names = { application: "bench", subscriber: "confirmation", route: "email", channel: "email", epoch: 0 } as const;
  await redis.hset(keys.topics, topic, 1);
  for (let from = 0; from < archived; from += 500) {
    const pipeline = redis.pipeline();
    for (let index = from; index < Math.min(from + 500, archived); index++) {
      const time = first + Math.floor((index * days * dayMs) / archived);
      const eventId = timeOrderedId(time);
      const event = {
        specversion: "1.0",
        id: eventId,
        source: "/bench",
        type: topic,
        time: new Date(time).toISOString(),
        datacontenttype: "application/json",
        dataversion: 1,
      };
      const recipient = `reader-${index}@example.com`;
      const id = deliveryId({ ...names, eventId, recipient });
      const { ledger: ended, sent } = ledger.of({ id, event });
      const text = `Hello ${shortHash(recipient).slice(0, 8)},\n\nwe have your order B-${index}`;
      pipeline.xadd(
        keys.log(topic, 0),
        `${time}-*`,
        "n",
        index + 1,
        "event",
        JSON.stringify({ ...event, data: { ...orderPlaced.example!, orderId: `B-${index}` } }),
      );
      pipeline.hset(keys.routed(0, eventId, time), `${eventId} confirmation`, JSON.stringify([1, [`${id} email email`]]));
      pipeline.hset(ended, id, "s|0|0123456789ab|");
      pipeline.hset(
        sent,
        id,
        sentText({ to: recipient, fields: { subject: `Your order B-${index}`, text, html: { digest: "abcdefghijklmnop", start: "" } } }),
      );
    }
    await pipeline.exec();
  }
  await redis.hset(keys.meta(topic, 0), "n", archived);
}
