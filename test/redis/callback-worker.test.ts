import { Redis } from "ioredis";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { paces } from "../../src/base/pace.ts";
import { redisLocks } from "../../src/base/redis-locks.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { StatusNotice } from "../../src/define/notice.ts";
import type { Observations } from "../../src/define/observation.ts";
import { resolvePolicy } from "../../src/define/policy.ts";
import { deliveryReference } from "../../src/define/reference.ts";
import { type CallbackReader, UnreadableCallback } from "../../src/providers/index.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import type { DeliveryQueue } from "../../src/queues/delivery-queue.ts";
import type { RaisedStatus } from "../../src/workers/apply-status.ts";
import { type CallbackJob, callbackRecord } from "../../src/workers/callback-record.ts";
import { type CallbackWorkerOptions, createCallbackWorker } from "../../src/workers/callback-worker.ts";
import { redisDueReceipts } from "../../src/workers/redis-due-receipts.ts";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import { redisMessageIds } from "../../src/workers/redis-message-ids.ts";
import { redisSuppressions } from "../../src/workers/redis-suppressions.ts";
import { type AskReceipts, receiptAfterMs } from "../../src/workers/receipt-round.ts";
import { trackMessages } from "../../src/workers/track-messages.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = new Redis(url);
const ledger = redisLedger(redis, prefix);
afterAll(() => redis.disconnect());

let made = 0;
function newDelivery(): Delivery {
  const id = `d_${"y".repeat(30)}${"abcdefghijklmnopqrstuvwxyz"[Math.floor((made += 1) / 26)]!}${"abcdefghijklmnopqrstuvwxyz"[made % 26]!}`;
  return {
    id,
    event: { id: `event-${made}`, type: "order.placed", time: "2026-01-01T00:00:00.000Z" },
    subscriber: "receipts",
    route: "sms",
    channel: "sms",
    to: "+919845012345",
    data: {},
    policy: resolvePolicy({ onUnknown: "hold" }),
  };
}

/** Reads the notices that stand in the body. */
const reader: CallbackReader = {
  name: "test",
  verify: () => ({ kind: "genuine" }),
  read({ body }) {
    if (!body.startsWith("[")) throw new UnreadableCallback("no list");
    return JSON.parse(body) as StatusNotice[];
  },
};

interface Place {
  /** Names the queues: two workers of one place share them. */
  readonly application: string;
  readonly clock?: { now(): number };
}

function queuesAt({ application, clock = { now: Date.now } }: Place) {
  const keepCompleted = { age: 60_000, count: 1_000 };
  const shared = { url, prefix, application, logger: silentLogger, keepCompleted, clock };
  const sms = bullmqQueue<Delivery>({ ...shared, name: "sms" });
  const callbacks = bullmqQueue<CallbackJob>({ ...shared, name: "callbacks" });
  onTestFinished(async () => void (await Promise.all([sms.close(), callbacks.close()])));
  return { sms, callbacks };
}

async function startAt(place: Place, queues: ReturnType<typeof queuesAt>, more: Partial<CallbackWorkerOptions> = {}) {
  const { clock = { now: Date.now } } = place;
  const facts: { readonly name: string; readonly fact: unknown }[] = [];
  const raised: RaisedStatus[] = [];
  const worker = createCallbackWorker({
    ledger,
    suppressions: redisSuppressions(redis, { prefix, application: place.application, clock }),
    queues: () => queues.sms,
    queue: queues.callbacks,
    messageIds: redisMessageIds(redis, { prefix, application: place.application, clock }),
    dueReceipts: redisDueReceipts(redis, { prefix, application: place.application }),
    readers: new Map(["twilio", "msg91"].map((name) => [name, reader])),
    asked: new Map(),
    applyConsent: async () => undefined,
    onRaised: async (one) => void raised.push(one),
    observe: (name, fact) => void facts.push({ name, fact }),
    locks: redisLocks(redis, `${prefix}:${place.application}`),
    pace: paces.standard,
    clock,
    logger: silentLogger,
    concurrency: 10,
    keepDeadLetters: 60_000,
    keepFinished: 60_000,
    ...more,
  });
  await worker.start();
  onTestFinished(() => worker.stop(2_000));
  const told = <Name extends keyof Observations>(name: Name) =>
    facts.flatMap((one) => (one.name === name ? [one.fact as Observations[Name]] : []));
  return { raised, told };
}

const notice = (delivery: Delivery, status: StatusNotice["status"], more: Partial<StatusNotice> = {}): StatusNotice => ({
  kind: "status",
  channel: "sms",
  provider: "twilio",
  reference: deliveryReference(delivery),
  messageId: `SM-${delivery.id}`,
  status,
  at: Date.now(),
  ...more,
});
let bodies = 0;
const record = (provider: string, notices: readonly StatusNotice[]) =>
  callbackRecord(
    provider,
    { url: `/callbacks/${provider}?${(bodies += 1)}`, contentType: "application/json", body: JSON.stringify(notices) },
    Date.now(),
  );
async function settled(queue: DeliveryQueue<CallbackJob>): Promise<void> {
  await expect.poll(() => queue.counts(), { timeout: 10_000 }).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
}

async function claimed(delivery: Delivery): Promise<void> {
  expect(await ledger.claim(delivery, { token: "a", lease: 60_000, mostDeaths: 5, now: 0 })).toMatchObject({ kind: "go" });
}

describe("the worker of callbacks", () => {
  it("ends with the highest status, by two processes, each callback doubled and out of order, and tells of each rise", async () => {
    const place = { application: "two" };
    const queues = queuesAt(place);
    const deliveries = Array.from({ length: 40 }, newDelivery);
    for (const delivery of deliveries) {
      await claimed(delivery);
      await ledger.mark(delivery, "a", { kind: "sent", detail: "twilio" });
      await queues.sms.add([{ ...delivery, notBefore: Date.now() + 3_600_000 }]);
    }
    const all = deliveries.flatMap((delivery) =>
      (["delivered", "accepted", "read", "delivered", "failed"] as const).map((status) => notice(delivery, status)),
    );
    const records = all.map((one) => record("twilio", [one]));
    await queues.callbacks.add([...records, ...records.toReversed()]);
    const workers = [await startAt(place, queues), await startAt(place, queues)];
    await settled(queues.callbacks);
    expect((await ledger.statuses(deliveries)).map(({ status }) => status)).toEqual(deliveries.map(() => "read"));
    const rises = workers.flatMap(({ told }) => told("status"));
    expect(new Set(rises.map(({ deliveryId, status }) => `${deliveryId} ${status}`)).size).toBe(rises.length);
    for (const { id } of deliveries)
      expect(rises.filter(({ deliveryId, status }) => deliveryId === id && status === "read")).toHaveLength(1);
    const counted = workers.flatMap(({ told }) => told("reported"));
    expect(counted.reduce((sum, one) => sum + one.recorded, 0)).toBe(deliveries.length * 4);
    expect(counted.reduce((sum, one) => sum + one.repeated, 0)).toBe(deliveries.length);
  });

  it("wakes what was with its worker when the report came, as soon as that has put it back", async () => {
    const place = { application: "asleep" };
    const queues = queuesAt(place);
    const delivery = newDelivery();
    await claimed(delivery);
    await ledger.mark(delivery, "a", { kind: "held", detail: "reset", until: Date.now() + 3_600_000 });
    let release!: () => void;
    const late = new Promise<void>((resolve) => (release = resolve));
    let started!: () => void;
    const under = new Promise<void>((resolve) => (started = resolve));
    let tries = 0;
    const worker = queues.sms.work(
      async () => {
        if ((tries += 1) > 1) return { kind: "done", end: "sent" };
        started();
        // It was marked as held, and its worker is slow to say so to the queue.
        await late;
        return { kind: "again", after: 3_600_000 };
      },
      { concurrency: 1, onGivenUp: () => undefined },
    );
    onTestFinished(() => worker.stop(2_000));
    await queues.sms.add([delivery]);
    await under;
    const { told } = await startAt(place, queues);
    await queues.callbacks.add([record("twilio", [notice(delivery, "delivered")])]);
    await expect.poll(() => told("sent")).toHaveLength(1);
    await expect.poll(async () => (await queues.callbacks.counts()).delayed).toBe(1);
    release();
    await settled(queues.callbacks);
    await expect.poll(async () => (await queues.sms.counts()).completed, { timeout: 10_000 }).toBe(1);
    expect(tries).toBe(2);
    expect(told("reported")).toHaveLength(1);
  });

  it("tells again what could not be told, until it is: the event of a status is not lost with the process that had it first", async () => {
    const place = { application: "again" };
    const queues = queuesAt(place);
    const delivery = newDelivery();
    await claimed(delivery);
    await ledger.mark(delivery, "a", { kind: "sent", detail: "twilio" });
    let failures = 2;
    const raised: RaisedStatus[] = [];
    const { told } = await startAt(place, queues, {
      async onRaised(one) {
        if ((failures -= 1) >= 0) throw new Error("not now");
        raised.push(one);
      },
    });
    await queues.callbacks.add([record("twilio", [notice(delivery, "delivered")])]);
    await settled(queues.callbacks);
    expect(raised).toMatchObject([{ status: "delivered", delivery: { id: delivery.id } }]);
    expect(told("status")).toHaveLength(1);
  });

  it("finds what names no delivery by its provider's id, also where that is written down a moment later, and gives up on what is foreign", async () => {
    const place = { application: "ids" };
    const queues = queuesAt(place);
    const delivery = newDelivery();
    await claimed(delivery);
    const nameless = (messageId: string) => ({ ...notice(delivery, "delivered", { messageId }), reference: undefined as never });
    let now = Date.now();
    const { raised, told } = await startAt({ ...place, clock: { now: () => now } }, queues);
    await queues.callbacks.add([record("msg91", [nameless("r-1")])]);
    await expect.poll(async () => (await queues.callbacks.counts()).delayed).toBe(1);
    const messageIds = redisMessageIds(redis, { prefix, application: place.application, clock: { now: Date.now } });
    await messageIds.keep({ provider: "msg91", messageId: "r-1" }, deliveryReference(delivery));
    await settled(queues.callbacks);
    expect(raised).toMatchObject([{ status: "delivered", provider: "msg91", delivery: { id: delivery.id } }]);
    now += 120_000;
    await queues.callbacks.add([record("msg91", [nameless("r-2")])]);
    await settled(queues.callbacks);
    expect(told("reported").at(-1)).toMatchObject({ recorded: 0, unknown: 1 });
  });

  it("leaves a callback that this build has no reader for to a newer one", async () => {
    const place = { application: "newer" };
    const queues = queuesAt(place);
    await startAt(place, queues);
    await queues.callbacks.add([record("carrier-pigeon", [])]);
    await expect.poll(() => queues.callbacks.counts()).toMatchObject({ delayed: 1, dead: 0 });
  });
});

describe("the receipts that a provider is asked for", () => {
  it("are asked for after a quarter of an hour, at most 300 at once, again where there are none yet, and no longer than a day", async () => {
    const place = { application: "expo" };
    let now = Date.now();
    const clock = { now: () => now };
    const queues = queuesAt({ ...place, clock: { now: () => now, wallTime: (time: number) => time + 10 * 365 * 86_400_000 } as never });
    const asked: (readonly string[])[] = [];
    const ask: AskReceipts = async (ids) => {
      asked.push(ids);
      return ids
        .filter((id) => !id.startsWith("slow"))
        .map((messageId) => ({ kind: "status", channel: "push", provider: "expo", messageId, status: "delivered" }));
    };
    const dueReceipts = redisDueReceipts(redis, { prefix, application: place.application });
    const polls = new Map([["expo", ask]]);
    const messageIds = redisMessageIds(redis, { prefix, application: place.application, clock });
    const track = trackMessages({ messageIds, dueReceipts, callbacks: queues.callbacks, asked: polls, clock });
    const [quick, slow] = [Array.from({ length: 310 }, newDelivery), newDelivery()];
    await Promise.all([...quick, slow].map(claimed));
    await Promise.all(quick.map((delivery, index) => track(delivery, "expo", `t-${index}`)));
    await track(slow, "expo", "slow-1");
    await track(newDelivery(), "fcm", "f-1");
    expect(await queues.callbacks.counts()).toMatchObject({ delayed: 1 });
    const { told } = await startAt({ ...place, clock }, queues, { asked: polls });
    const pass = async (milliseconds: number): Promise<void> => {
      now += milliseconds;
      await queues.callbacks.handOutDue();
      await expect.poll(() => queues.callbacks.counts(), { timeout: 10_000 }).toMatchObject({ waiting: 0, active: 0 });
    };
    await pass(receiptAfterMs - 1_000);
    expect(asked).toEqual([]);
    await pass(61_000);
    expect(asked.map(({ length }) => length)).toEqual([300, 11]);
    expect(told("status")).toHaveLength(310);
    expect((await ledger.statuses([quick[7]!, slow])).map(({ status }) => status)).toEqual(["delivered", undefined]);
    await pass(receiptAfterMs + 60_000);
    expect(asked.at(-1)).toEqual(["slow-1"]);
    await pass(24 * 3_600_000);
    const { length } = asked;
    expect(await dueReceipts.due("expo", { now: Infinity, count: 10 })).toEqual([]);
    await pass(24 * 3_600_000);
    expect(asked).toHaveLength(length);
  });
});
