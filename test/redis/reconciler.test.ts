import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { paces } from "../../src/base/pace.ts";
import { closeRedis, connectRedis } from "../../src/base/redis.ts";
import { redisLocks } from "../../src/base/redis-locks.ts";
import { parseOptions } from "../../src/bus/options.ts";
import { planningOf } from "../../src/bus/planning.ts";
import { queuesOf } from "../../src/bus/queues.ts";
import { reconcile, type ReconcilerOptions, startReconciler } from "../../src/bus/reconciler.ts";
import { redisReconcilerRecord } from "../../src/bus/redis-reconciler-record.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import { decodeEvent, type EventReader } from "../../src/define/event.ts";
import type { Observations } from "../../src/define/observation.ts";
import { defineSubscriber, type Subscriber } from "../../src/index.ts";
import { redisLog } from "../../src/log/redis-log.ts";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import { observed, orderPlaced, receipt, receiptEmail, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const line = testLine();
const releases: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
});
let made = 0;

/** A reconciler's parts on a prefix, with a clock that is three minutes ahead: what was published just now is old enough. */
function parts(prefix: string, subscribers: readonly Subscriber[] = [receipt], minutes = 3) {
  const settings = parseOptions({
    application: "test",
    topics: { orderPlaced },
    redis: url,
    prefix,
    channels: { email: { from: "shop@example.com" } },
  });
  const redis = connectRedis({ url, use: "command", name: "test", logger: silentLogger });
  const [log, queues] = [redisLog({ url, prefix, logger: silentLogger }), queuesOf(settings, silentLogger)];
  releases.push(async () => {
    await queues.close();
    await log.close();
    await closeRedis(redis);
  });
  const found: Delivery[] = [];
  const options: ReconcilerOptions = {
    catalog: {
      topics: [orderPlaced],
      subscribers,
      subscriber: (name: string) => subscribers.find(({ identity }) => identity === name),
      route: () => undefined,
    } as never,
    log,
    planning: planningOf(settings, { deliver: true }),
    ledger: redisLedger(redis, prefix),
    queues,
    record: redisReconcilerRecord(redis, prefix, "test"),
    locks: redisLocks(redis, prefix),
    pace: paces.standard,
    clock: { now: () => Date.now() + minutes * 60_000 },
    observe: (name, fact) => void (name === "reconciled" && found.push((fact as Observations["reconciled"]).delivery)),
    logger: silentLogger,
  };
  return { options, redis, queues, found };
}

/** Events that were routed, and whose deliveries wait: no worker runs. */
async function waitingOrders(orders: readonly string[]) {
  const prefix = `${filePrefix}-${(made += 1)}`;
  const { provider, sends } = recordingProvider();
  const bus = line.bus({ url, prefix, provider });
  await bus.start({ only: ["router"] });
  const routed = observed(bus, "routed", orders.length);
  for (const orderId of orders) await bus.publishEvent.orderPlaced({ orderId, email: `${orderId.toLowerCase()}@example.com` });
  const ids = (await routed).flatMap(({ planned }) => planned.map(({ id }) => id));
  const deliverAll = async (): Promise<readonly string[]> => {
    const worker = line.bus({ url, prefix, provider });
    const sent = observed(worker, "sent", orders.length);
    await worker.start({ only: ["workers"] });
    await sent;
    return sends.map(({ message }) => message.subject).toSorted();
  };
  return { prefix, ids, bus, deliverAll };
}

/** As a process reads that lacks the key of A-2. */
const readWithoutA2: EventReader = async (jsons) =>
  jsons.map((json) => (json.includes("A-2") ? new Error("its key is missing") : decodeEvent(json)));

describe("the reconciler", () => {
  it("queues again what was planned and is nowhere, with the same id, and counts it; the second look finds nothing", async () => {
    const { prefix, ids, bus, deliverAll } = await waitingOrders(["A-1", "A-2", "A-3"]);
    const { options, queues, found } = parts(prefix);
    // As a queue's script that fails midway, or a Redis that lost its last second, leaves it.
    await queues.of("email").remove(ids[1]!);
    expect(await reconcile(options)).toEqual({ missing: 1 });
    expect(found.map(({ id }) => id)).toEqual([ids[1]]);
    expect(await reconcile(options)).toEqual({ missing: 0 });
    expect((await bus.stats()).reconciled).toEqual({ missing: 1, lastAt: expect.any(Number) as number });
    expect(await deliverAll()).toEqual(["Order A-1", "Order A-2", "Order A-3"]);
  });

  it("accounts for the others where it cannot open an event, and says that what was planned for that one is lost", async () => {
    const { prefix, ids } = await waitingOrders(["A-1", "A-2"]);
    const { options, queues } = parts(prefix, [{ ...receipt, topics: [{ ...orderPlaced, marks: {} as never }] }]);
    for (const id of ids) await queues.of("email").remove(id);
    const said: object[] = [];
    const logger = { ...silentLogger, error: (fields: object) => void said.push(fields) };
    expect(await reconcile({ ...options, logger, planning: { ...options.planning, read: readWithoutA2 } })).toEqual({ missing: 1 });
    expect(said).toContainEqual({ topic: "order.placed", partition: 0, deliveries: 1 });
  });

  it("gives a job without a place in its queue its place again", async () => {
    const { prefix, ids, deliverAll } = await waitingOrders(["A-1", "A-2"]);
    const { options, redis } = parts(prefix);
    const waiting = (await redis.keys(`*${prefix}*`)).filter((key) => key.endsWith(":prioritized"));
    const taken = await Promise.all(waiting.map((key) => redis.zrem(key, ids[0]!)));
    expect(taken).toContain(1);
    expect(await reconcile(options)).toEqual({ missing: 1 });
    expect(await deliverAll()).toEqual(["Order A-1", "Order A-2"]);
  });

  it("finds nothing on a healthy system: what waits, was sent, is dead, cancelled or suppressed is accounted for", async () => {
    const { prefix, ids, bus } = await waitingOrders(["A-1", "A-2", "A-3", "A-4", "A-5"]);
    const { provider } = recordingProvider(({ message }) => {
      if (message.subject === "Order A-2") return { kind: "reject", reason: "no" };
      return message.subject === "Order A-3" ? { kind: "suppress", reason: "dead" } : { kind: "sent" };
    });
    await bus.deliveries.cancel(ids[3]!, { actor: "a test", reason: "not wanted" });
    const worker = line.bus({ url, prefix, provider });
    const ended = [observed(worker, "sent", 2), observed(worker, "dead"), observed(worker, "suppressed")];
    await worker.start({ only: ["workers"] });
    await Promise.all(ended);
    await worker.stop();
    const { options, queues } = parts(prefix);
    // The queue forgets what is finished, the ledger does not.
    await queues.of("email").clean(Date.now() + 1_000);
    expect(await reconcile(options)).toEqual({ missing: 0 });
  });

  it("looks an audience up again that is nowhere, and nobody is written to twice; one that ended is left alone", async () => {
    const prefix = `${filePrefix}-${(made += 1)}`;
    let away = true;
    const fans = defineSubscriber(orderPlaced, {
      name: "fans",
      deliver: ({ email }) => [
        email({
          template: receiptEmail,
          async audience(_event, { cursor = 0 }) {
            if (away && cursor === 10) throw new Error("the database is away");
            const recipients = Array.from({ length: 10 }, (_, index) => ({ to: `fan-${Number(cursor) + index}@example.com` }));
            return { recipients, ...(cursor === 20 ? {} : { next: Number(cursor) + 10 }) };
          },
          data: ({ data }) => ({ orderId: data.orderId }),
          retry: { attempts: 100_000, delay: 60_000 },
        }),
      ],
    });
    const { provider, sends } = recordingProvider();
    const begun = line.bus({ url, prefix, provider, subscribers: [fans] });
    const [failed, first] = [observed(begun, "audienceRetrying"), observed(begun, "sent", 10)];
    await begun.start();
    await begun.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.com" });
    await Promise.all([failed, first]);
    await begun.stop();
    away = false;
    const { options, redis } = parts(prefix, [fans]);
    // As a Redis leaves it that lost what came last, or a person with a broom.
    const sweepQueue = async (): Promise<number> => redis.del(...(await redis.keys(`${prefix}:{test.audiences}:*`)));
    expect(await sweepQueue()).toBeGreaterThan(0);

    const again = line.bus({ url, prefix, provider, subscribers: [fans] });
    const [done, rest] = [observed(again, "audienceDone"), observed(again, "sent", 20)];
    await again.start();
    expect(await reconcile(options)).toEqual({ missing: 1 });
    await Promise.all([done, rest]);
    expect(sends.map(({ message }) => message.to).toSorted()).toEqual([...new Set(sends.map(({ message }) => message.to))].toSorted());
    expect(sends).toHaveLength(30);
    await again.stop();

    expect(await sweepQueue()).toBeGreaterThan(0);
    expect(await reconcile(parts(prefix, [fans], 25 * 60).options)).toEqual({ missing: 0 });
  });

  it("leaves alone what is not two minutes old, and what nobody has routed", async () => {
    const { prefix, ids } = await waitingOrders(["A-1"]);
    const young = parts(prefix, [receipt], 1);
    await young.queues.of("email").remove(ids[0]!);
    expect(await reconcile(young.options)).toEqual({ missing: 0 });
    const late = { ...receipt, name: "late", identity: "late" } as Subscriber;
    const { options, found } = parts(prefix, [receipt, late]);
    expect(await reconcile(options)).toEqual({ missing: 1 });
    expect(found.map(({ subscriber }) => subscriber)).toEqual(["receipt"]);
  });

  it("looks a second time after a day, and goes on from its place", async () => {
    const { prefix, ids } = await waitingOrders(["A-1", "A-2"]);
    const first = parts(prefix);
    expect(await reconcile(first.options)).toEqual({ missing: 0 });
    await first.queues.of("email").remove(ids[0]!);
    expect(await reconcile(first.options)).toEqual({ missing: 0 });
    expect(await reconcile(parts(prefix, [receipt], 25 * 60).options)).toEqual({ missing: 1 });
  });

  it("ends after the page under way when its process stops", async () => {
    const { prefix, ids } = await waitingOrders(["A-1"]);
    const { options, queues } = parts(prefix);
    await queues.of("email").remove(ids[0]!);
    expect(await reconcile(options, AbortSignal.abort())).toEqual({ missing: 0 });
    const rounds = startReconciler(options);
    await rounds.stop();
    await rounds.stop();
  });
});
