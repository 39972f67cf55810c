import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import type { EmailMessage } from "../src/define/message.ts";
import { type Bus, createBus } from "../src/index.ts";
import { readJournal } from "../src/mailroom/journal.ts";
import type { Provider } from "../src/providers/index.ts";
import orderConfirmation from "../subscribers/order-confirmation.ts";
import { orderPlaced } from "../topics/index.ts";
import { type Child, startChild } from "./child.ts";
import { pace } from "./pace.ts";
import { type Result, timesResult } from "./result.ts";
import { withRedis } from "./temporary.ts";

const warmUp = 300;
const events = 1_500;
const perSecond = 100;
const goalMs = 8;
const patienceMs = 30_000;

type OrderBus = Bus<{ orderPlaced: typeof orderPlaced }>;

/** Publish → provider with everything in this process, the provider too: the time is taken where `send` is called. */
export function latencyInProcess(): Promise<Result> {
  return withRedis("everysec", async ({ redis }) => {
    const arrivals = new Map<number, number>();
    const provider: Provider<EmailMessage> = {
      name: "clock",
      async send({ subject }) {
        arrivals.set(numberIn(subject), wallClock());
        return { kind: "sent" };
      },
      close: async () => undefined,
    };
    const bus: OrderBus = createBus({
      application: "bench",
      topics: { orderPlaced },
      subscribers: [orderConfirmation],
      redis: redis.url,
      channels: {
        email: { from: "bench@example.com", rateLimit: false, providers: [provider] },
        sms: { enabled: false },
        whatsapp: { enabled: false },
        push: { enabled: false },
      },
      send: { live: true },
    });
    try {
      await bus.start();
      const published = await publishAll(bus);
      await until(() => arrivals.size === published.length);
      return result("publish → provider, all in one process", published, arrivals);
    } finally {
      await bus.stop();
    }
  });
}

/** Publish → provider with publisher, router and workers, mailroom and Redis in four processes, through SendGrid's SDK and HTTP. */
export function latencyToMailroom(): Promise<Result> {
  return withRedis("everysec", async ({ redis, folder }) => {
    const mail = join(folder, "mailroom");
    const children: Child[] = [];
    const bus: OrderBus = createBus({ application: "bench", topics: { orderPlaced }, redis: redis.url });
    try {
      const mailroom = await startChild(new URL("mailroom-process.ts", import.meta.url), [mail]);
      children.push(mailroom);
      children.push(await startChild(new URL("line-process.ts", import.meta.url), [redis.url, mailroom.said]));
      const published = await publishAll(bus);
      await until(() => readJournal(mail).length >= published.length);
      // The journal's times have whole milliseconds, cut off; counted as the next one, so that no figure is better than the truth.
      const arrivals = new Map(readJournal(mail).map(({ subject, at }) => [numberIn(subject ?? ""), Date.parse(at) + 1]));
      return result("publish → mailroom, in processes of their own", published, arrivals);
    } finally {
      await bus.stop();
      await Promise.all(children.toReversed().map((child) => child.stop()));
    }
  });
}

/** When each event was handed to `publishEvent`. */
async function publishAll(bus: OrderBus): Promise<number[]> {
  const published: number[] = [];
  await pace({ count: warmUp + events, perSecond }, async (index) => {
    published[index] = wallClock();
    await bus.publishEvent.orderPlaced({ ...orderPlaced.example!, orderId: `B-${index}` });
  });
  return published;
}

function result(what: string, published: readonly number[], arrivals: ReadonlyMap<number, number>): Result {
  const times = published.slice(warmUp).map((start, index) => arrivals.get(warmUp + index)! - start);
  return timesResult(`${what}, ${perSecond} events a second`, times, goalMs);
}

function numberIn(subject: string): number {
  return Number(/B-(\d+)/.exec(subject)?.[1]);
}

/** Milliseconds since 1970, with fractions, comparable between processes. */
function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

async function until(condition: () => boolean): Promise<void> {
  for (const giveUpAt = performance.now() + patienceMs; !condition(); await pause(200)) {
    if (performance.now() > giveUpAt) throw new Error("not everything arrived: the measurement is void");
  }
}
