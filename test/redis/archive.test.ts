import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { timeOrderedId } from "../../src/base/ids.ts";
import { createBus, defineSubscriber, emailTemplate, type Subscriber } from "../../src/index.ts";
import { dayMs, dayName } from "../../src/log/archive/segment.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import { busesOf } from "../support/buses.ts";
import { observed, orderPlaced, receipt, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";
import { type S3Server, s3Server } from "../support/s3-server.ts";

const { url, prefix } = testRedis();
const kept = busesOf();
const redis = new Redis(url);
const keys = logKeys(prefix);
const topic = "order.placed";
let folder = "";
let bucket: S3Server;
/** Two days: the one before yesterday, and the one before that. */
const today = Math.floor(Date.now() / dayMs) * dayMs;
const days = [today - 3 * dayMs, today - 2 * dayMs] as const;
const eachDay = 60;
const noon = today + dayMs / 2;

const other = emailTemplate({
  name: "receipt",
  data: z.object({ orderId: z.string() }),
  subject: "Bought: {{orderId}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{orderId}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "Order {{orderId}}",
});
const mailer = (name: string, template = other): Subscriber =>
  defineSubscriber(orderPlaced, {
    name,
    deliver: ({ email }) => [email({ to: ({ data }) => data.email, template, data: ({ data }) => ({ orderId: data.orderId }) })],
  });
const busWith = (subscribers: readonly Subscriber[], { archived = true, inBucket = false } = {}) => {
  const { provider, sends } = recordingProvider();
  const bus = kept(() =>
    createBus({
      application: "test",
      topics: { orderPlaced },
      subscribers,
      redis: url,
      prefix,
      channels: { email: { from: "shop@example.com", rateLimit: false, providers: [provider] } },
      send: { live: true },
      ...(archived ? { archive: inBucket ? { s3: `s3://archives/shop?endpoint=${bucket.endpoint}` } : { folder } } : {}),
    }),
  );
  return { bus, sends };
};

/** As a log has it whose events were published on two days in the past. */
async function publishPast(): Promise<void> {
  await redis.hset(keys.topics, topic, 1);
  for (const [index, time] of days.flatMap((day) => Array.from({ length: eachDay }, (_, at) => day + at * 60_000)).entries()) {
    const event = {
      specversion: "1.0",
      id: timeOrderedId(time),
      source: "/test",
      type: topic,
      time: new Date(time).toISOString(),
      datacontenttype: "application/json",
      dataversion: 1,
    };
    const data = { orderId: `A-${index}`, email: `reader-${index}@example.com` };
    await redis.xadd(keys.log(topic, 0), `${time}-0`, "n", index + 1, "event", JSON.stringify({ ...event, data }));
  }
  await redis.hset(keys.meta(topic, 0), "n", days.length * eachDay);
}

/** Redis as it is weeks later: it knows nothing of what was sent, and its log has nothing of these days any more. */
async function weeksLater(): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 14 * dayMs });
  await redis.xtrim(keys.log(topic, 0), "MINID", String(today));
  await forgetWhatWasSent();
}
async function forgetWhatWasSent(): Promise<void> {
  const known = (await redis.keys(`${prefix}*`)).filter((key) =>
    /:(ledger|timeline|sent|receipts|statuses|routed):|\{test\.email\}|\{test\}:replay/.test(key),
  );
  if (known.length > 0) await redis.unlink(...known);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busbar-archive-"));
  bucket = await s3Server({ bucket: "archives" });
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test-key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test-secret");
  await publishPast();
  // Its archive begins later: that of a router looks at once for what is due.
  const { bus } = busWith([receipt], { archived: false });
  const sent = observed(bus, "sent", days.length * eachDay);
  await bus.start();
  await sent;
  await bus.stop();
});
afterEach(() => void vi.useRealTimers());
afterAll(async () => {
  vi.unstubAllEnvs();
  await bucket.close();
  redis.disconnect();
  await rm(folder, { recursive: true, force: true });
});

describe("an archive", () => {
  it("holds each day that is over, with what was sent, and is as it was written", async () => {
    const { bus } = busWith([receipt]);
    vi.useFakeTimers({ toFake: ["Date"], now: noon });
    const { written, removed } = await bus.archive.write();
    expect(written).toMatchObject(
      days.map((day, index) => ({
        topic,
        day: dayName(day),
        partition: 0,
        events: eachDay,
        deliveries: eachDay,
        firstNumber: index * eachDay + 1,
        lastNumber: (index + 1) * eachDay,
        outcomes: true,
      })),
    );
    expect(removed).toBe(0);
    expect((await bus.archive.write()).written).toEqual([]);
    expect(await bus.archive.list()).toHaveLength(2);
    expect(await bus.archive.verify()).toMatchObject({ sound: [{}, {}], damaged: [] });
    expect(await bus.archive.until(topic, 0)).toBe(days[1]! + dayMs);
    // The same into a bucket.
    const { bus: inBucket } = busWith([receipt], { inBucket: true });
    const same = written.map((manifest) => ({ ...manifest, writer: expect.any(String), written: expect.any(String) as string }));
    expect((await inBucket.archive.write()).written).toMatchObject(same);
    expect(await inBucket.archive.list()).toMatchObject(same);
  });

  it("tells a replay of weeks later what was sent, so that it is not sent again; what was never sent is, once", async () => {
    await weeksLater();
    const { bus } = busWith([receipt, mailer("late")]);
    const words = { topics: topic, from: days[0] };
    expect(await bus.replay({ ...words, subscribers: "receipt" })).toMatchObject({
      events: 120,
      total: 120,
      sent: 120,
      missing: 0,
      queued: 0,
      finished: true,
    });
    expect(await bus.replay({ ...words, subscribers: "late", from: days[1] })).toMatchObject({
      events: 60,
      total: 60,
      missing: 60,
      queued: 60,
    });
    // Weeks after that, too.
    await forgetWhatWasSent();
    expect(await bus.replay({ ...words, subscribers: "late" })).toMatchObject({ events: 120, missing: 60, queued: 60, underWay: 60 });
    const again = { mode: "again", confirm: "receipt", reason: "all anew" } as const;
    expect(await bus.replay({ ...words, ...again, subscribers: "receipt" })).toMatchObject({ events: 120, queued: 120 });
  });

  it("in a bucket is read as the log was, and of other days nothing; a bucket that does not answer is no damaged segment", async () => {
    await weeksLater();
    const { bus } = busWith([mailer("unheard")], { inBucket: true });
    const words = { topics: topic, subscribers: "unheard", preview: true } as const;
    bucket.requests.length = 0;
    expect(await bus.replay({ ...words, from: days[1] })).toMatchObject({ events: 60, missing: 60, problems: 0, finished: true });
    const read = new Set(bucket.requests.map(({ key }) => key).filter((key) => key.endsWith(".gz")));
    expect([...read]).toEqual([expect.stringMatching(`^shop/test/${topic}/${dayName(days[1])}/p0\\.[0-9a-f]{8}\\.ndjson\\.gz$`)]);
    // It is read once to be checked, and breaks off in the midst of being read.
    let asked = 0;
    bucket.fault = ({ key }) => (key.endsWith(".gz") && (asked += 1) > 1 ? { cutAfter: 100 } : undefined);
    await expect(bus.replay({ ...words, from: days[1] })).rejects.toMatchObject({ code: "ARCHIVE_FAILED" });
    expect(asked).toBe(4);
    bucket.fault = () => undefined;
  });

  it("tells a diff what was said", async () => {
    await weeksLater();
    const { bus } = busWith([mailer("receipt")]);
    const result = await bus.replays.diff({
      topics: topic,
      subscribers: "receipt",
      from: days[0],
      filter: { orderId: [{ prefix: "A-11" }] },
    });
    expect(result).toMatchObject({ events: 120, selected: 11, changed: 11, same: 0, added: 0, removed: 0 });
    expect(result.differences[0]).toMatchObject({
      to: "reader-11@example.com",
      fields: [{ field: "subject", before: "Order A-11", after: "Bought: A-11" }, { field: "html" }],
    });
    await expect(
      bus.replays.diff({ topics: topic, subscribers: "receipt", from: days[0] - dayMs * 40, to: days[0] - dayMs }),
    ).rejects.toThrow("nothing of order.placed was published");
  });

  it("with a damaged segment names it, and gives the rest", async () => {
    const day = join(folder, "test", topic, dayName(days[0]));
    const name = (await readdir(day)).find((each) => each.endsWith(".ndjson.gz"));
    const file = join(day, name!);
    const whole = await readFile(file);
    const hurt = Buffer.from(whole);
    hurt[hurt.length >> 1]! ^= 1;
    await writeFile(file, hurt);
    await weeksLater();
    const { bus } = busWith([receipt]);
    expect((await bus.archive.verify()).damaged).toEqual([expect.stringContaining(`${dayName(days[0])}/${name} in ${folder} is damaged`)]);
    const seen = await bus.replay({ topics: topic, subscribers: "receipt", from: days[0], preview: true });
    expect(seen).toMatchObject({
      events: 60,
      sent: 60,
      missing: 0,
      problems: 1,
      firstProblem: expect.stringContaining("is damaged") as string,
      finished: true,
    });
    await writeFile(file, whole);
  });
});
