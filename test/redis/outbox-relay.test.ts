import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { Redis } from "ioredis";
import { silentLogger } from "../../src/base/logger.ts";
import type { Bus } from "../../src/index.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import { createRelay, type RelayOptions } from "../../src/outbox/relay.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import { migration } from "../../src/outbox/migration.ts";
import { observed, orderPlaced, testLine, type TestLineOptions } from "../support/line.ts";
import { testPostgres } from "../support/postgres.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const postgres = await testPostgres();
const database = postgres?.url ?? "";
const order = (orderId: string) => ({ orderId, email: "asha@example.com" });

function idsOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${name}-${n}`);
}

async function idsInLog(bus: Pick<Bus, "inspect">): Promise<string[]> {
  return (await bus.inspect.events(1_000)).map(({ id }) => id).toReversed();
}

/** A relay whose log is the test's. */
function relayInto(publish: RelayOptions["publish"]) {
  const relay = createRelay({
    database,
    application: "away",
    topics: [orderPlaced.name],
    keepInbox: 1e9,
    observe: () => undefined,
    logger: silentLogger,
    publish,
  });
  onTestFinished(() => relay.stop());
  return relay;
}

describe.skipIf(postgres === undefined)("the relay of the outbox", () => {
  const pool = new pg.Pool({ connectionString: database, max: 8 });
  pool.on("error", () => undefined);
  beforeAll(() => pool.query(migration));
  beforeEach(() => pool.query("DELETE FROM busbar.outbox; DELETE FROM busbar.inbox"));
  afterAll(() => pool.end());

  let number = 0;
  /** A line of its own on the test's Redis. */
  function busOf(more: TestLineOptions["bus"] = {}) {
    const own = `${prefix}-${(number += 1)}`;
    return { bus: line.bus({ url, prefix: own, bus: { application: `shop${number}`, outbox: { database }, ...more } }), prefix: own };
  }

  async function committed<Result>(work: (tx: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const tx = await pool.connect();
    await tx.query("BEGIN");
    const result = await work(tx);
    await tx.query("COMMIT");
    tx.release();
    return result;
  }

  const waiting = async (): Promise<number> =>
    (await pool.query("SELECT count(*)::int AS n FROM busbar.outbox WHERE refused_at IS NULL")).rows[0].n;
  const emptied = (): Promise<unknown> => vi.waitUntil(async () => (await waiting()) === 0, { timeout: 20_000, interval: 20 });

  const change = (id: string, to: string) => pool.query(`UPDATE busbar.outbox SET event = ${to} WHERE event_id = $1`, [id]);
  const insert = (ids: readonly string[], key?: string) =>
    pool.query(
      "INSERT INTO busbar.outbox (application, topic, key, event_id, event) SELECT 'away', 'order.placed', coalesce($2, id), id, '{}' FROM unnest($1::text[]) WITH ORDINALITY AS t (id, n) ORDER BY n",
      [ids, key],
    );

  it("publishes what was committed under its own id, with what an event can be found by, and deletes the row", async () => {
    const { bus } = busOf();
    await bus.start({ only: ["relay"] });
    const published = observed(bus, "published", 1);
    const { id } = await committed((tx) => bus.publishEvent.orderPlaced(order("A-1"), { tx }));
    expect(await published).toMatchObject([{ event: { id, type: "order.placed", data: order("A-1") }, repeated: false }]);
    await emptied();
    expect((await bus.inspect.search({ key: "order", value: "A-1" })).events).toMatchObject([{ event: { id } }]);
    expect(await bus.outbox!.standing()).toEqual({ waiting: 0, oldestAge: 0, refused: 0, unknownTopics: [] });
    const text = await (await createMetrics({ bus, patience: 10_000 })).text();
    expect(text).toContain('busbar_outbox_rows{state="waiting"} 0');
    expect(text).toContain("busbar_outbox_oldest_age_seconds 0");
  });

  it("is woken by the commit: it does not wait for its next look", async () => {
    const { bus } = busOf();
    await bus.start({ only: ["relay"] });
    const delays: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const published = observed(bus, "published");
      await committed((tx) => bus.publishEvent.orderPlaced(order(`A-${n}`), { tx }));
      const at = performance.now();
      await published;
      delays.push(performance.now() - at);
    }
    // It looks once a second: ten of them in a row would take five seconds on the average.
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThan(4_000);
  });

  it("finds what no call woke it for, as behind a pooler", async () => {
    const { bus } = busOf();
    await pool.query("ALTER TABLE busbar.outbox DISABLE TRIGGER wake_relays");
    onTestFinished(async () => void (await pool.query("ALTER TABLE busbar.outbox ENABLE TRIGGER wake_relays")));
    await bus.start({ only: ["relay"] });
    const published = observed(bus, "published");
    const { id } = await committed((tx) => bus.publishEvent.orderPlaced(order("A-1"), { tx }));
    expect(await published).toMatchObject([{ event: { id } }]);
  });

  it("what a relay published and had not deleted when it died is in the log once", async () => {
    const { bus } = busOf();
    const { id } = await committed((tx) => bus.publishEvent.orderPlaced(order("A-1"), { tx }));
    const { rows } = await pool.query("SELECT * FROM busbar.outbox");
    await bus.start({ only: ["relay"] });
    await emptied();
    // The row is there again, as after a crash that undid the deletion.
    const { topic, key, application, event, event_id: eventId } = rows[0];
    const again = observed(bus, "published");
    await pool.query("INSERT INTO busbar.outbox (application, topic, key, event_id, event) VALUES ($1, $2, $3, $4, $5)", [
      application,
      topic,
      key,
      eventId,
      event,
    ]);
    expect(await again).toMatchObject([{ event: { id }, repeated: true }]);
    await emptied();
    expect(await idsInLog(bus)).toEqual([id]);
  });

  it("several relays share the work, and each key keeps the order in which its transactions were committed", async () => {
    const { bus, prefix: own } = busOf();
    const relays = [bus, ...[1, 2].map(() => line.bus({ url, prefix: own, bus: { application: `shop${number}`, outbox: { database } } }))];
    const keys = ["a", "b", "c", "d", "e"];
    const shares = relays.map(() => 0);
    relays.forEach((relay, index) => relay.on("published", ({ repeated }) => void (shares[index]! += repeated ? 0 : 1)));
    // More than one relay takes at once, so that those behind are there for the others.
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    await committed(async (tx) => {
      for (const n of numbers) for (const key of keys) await bus.publishEvent.orderPlaced(order(`${key}-${n}`), { tx, key });
    });
    await Promise.all(relays.map((relay) => relay.start({ only: ["relay"] })));
    await emptied();
    const ids = (await bus.inspect.events(1_000)).toReversed().map(({ data }) => (data as { orderId: string }).orderId);
    expect(ids).toHaveLength(100);
    for (const key of keys) expect(ids.filter((id) => id.startsWith(key))).toEqual(numbers.map((n) => `${key}-${n}`));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(100);
  });

  it("what can never be published is set aside with its reason and stands in nobody's way; a person gives it to the relay again, or up", async () => {
    const { bus } = busOf();
    const [tight, huge, mixed, good] = await committed((tx) =>
      bus.publishEvent.orderPlaced.batch(["tight", "huge", "mixed", "good"].map(order), { tx, key: "one" }),
    );
    await change(tight!.id, `replace(event, '"email":"asha@example.com"', '"email":7')`);
    await change(huge!.id, `replace(event, '"huge"', '"' || repeat('x', 300000) || '"')`);
    await change(mixed!.id, `replace(event, '"type":"order.placed"', '"type":"order.lost"')`);
    const refused = observed(bus, "outboxRefused", 3);
    await bus.start({ only: ["relay"] });
    expect((await refused).map(({ eventId }) => eventId)).toEqual([tight!.id, huge!.id, mixed!.id]);
    await emptied();
    expect(await idsInLog(bus)).toEqual([good!.id]);
    expect(await bus.outbox!.standing()).toMatchObject({ waiting: 0, refused: 3 });
    expect(await bus.outbox!.refused()).toMatchObject([
      { eventId: tight!.id, topic: "order.placed", reason: expect.stringContaining("email: ") },
      { eventId: huge!.id, reason: expect.stringMatching(/bytes|characters/) },
      { eventId: mixed!.id, reason: expect.stringContaining('its row says "order.placed"') },
    ]);

    expect(await bus.outbox!.discard([mixed!.id, good!.id])).toBe(1);
    await change(tight!.id, `replace(event, '"email":7', '"email":"asha@example.com"')`);
    const published = observed(bus, "published");
    expect(await bus.outbox!.retry([tight!.id])).toBe(1);
    expect(await published).toMatchObject([{ event: { id: tight!.id } }]);
    expect(await bus.outbox!.standing()).toMatchObject({ refused: 1 });
  });

  it("an idempotency key that the log knows with another payload sets the event aside; with the same one it is dropped", async () => {
    const { bus } = busOf();
    await bus.publishEvent.orderPlaced(order("A-1"), { idempotencyKey: "k" });
    await bus.start({ only: ["relay"] });
    const refused = observed(bus, "outboxRefused");
    const dropped = observed(bus, "published");
    await committed(async (tx) => {
      await bus.publishEvent.orderPlaced(order("A-2"), { tx, idempotencyKey: "k" });
    });
    expect(await refused).toMatchObject([{ reason: expect.stringContaining('the idempotency key "k" was used') }]);
    await pool.query("DELETE FROM busbar.outbox");
    await committed((tx) => bus.publishEvent.orderPlaced(order("A-1"), { tx, idempotencyKey: "k" }));
    expect(await dropped).toMatchObject([{ repeated: true }]);
    expect(await idsInLog(bus)).toHaveLength(1);
  });

  it("events of a topic that this build does not define wait for a build that does, and are seen", async () => {
    const { bus } = busOf();
    const { id } = await committed((tx) => bus.publishEvent.orderPlaced(order("A-1"), { tx }));
    await pool.query("UPDATE busbar.outbox SET topic = 'order.later' WHERE event_id = $1", [id]);
    await bus.start({ only: ["relay"] });
    const published = observed(bus, "published");
    await committed((tx) => bus.publishEvent.orderPlaced(order("A-2"), { tx }));
    await published;
    expect((await bus.outbox!.standing()).unknownTopics).toEqual([{ topic: "order.later", waiting: 1 }]);
    expect((await bus.outbox!.standing()).waiting).toBe(1);
  });

  it("what Redis refuses for one event alone is set aside after three tries; the others go on meanwhile", async () => {
    const { bus, prefix: own } = busOf();
    const redis = new Redis(url);
    onTestFinished(() => redis.disconnect());
    const broken = await committed((tx) => bus.publishEvent.orderPlaced(order("A-1"), { tx, idempotencyKey: "bad" }));
    // Something else lies under the key: Redis answers with an error each time.
    await redis.hset(logKeys(own).idempotency("order.placed", 0, "bad"), "not", "a text");
    const [refused, published] = [observed(bus, "outboxRefused"), observed(bus, "published")];
    const good = await committed((tx) => bus.publishEvent.orderPlaced(order("A-2"), { tx }));
    await bus.start({ only: ["relay"] });
    expect(await refused).toMatchObject([{ eventId: broken.id, reason: expect.stringContaining("WRONGTYPE") }]);
    expect(await published).toMatchObject([{ event: { id: good.id } }]);
  });

  it("a start says what the database lacks, and nothing runs then", async () => {
    const { bus } = busOf({ outbox: { database: database.replace(/\/postgres$/, "/template1") } });
    await expect(bus.start({ only: ["relay"] })).rejects.toThrow(/has no outbox.*busbar outbox migrate --apply/);
    const { bus: unreachable } = busOf({ outbox: { database: "postgres://127.0.0.1:1/none" } });
    await expect(unreachable.start()).rejects.toThrow(/cannot be reached .*Check OUTBOX_DATABASE_URL/);
    expect((await unreachable.stats()).outbox).toMatchObject({ problem: expect.stringContaining("cannot be reached") });
    const { bus: none } = busOf({ outbox: {} });
    await expect(none.start({ only: ["relay"] })).rejects.toThrow(/OUTBOX_DATABASE_URL/);
    expect(() => busOf({ outbox: { database: "mysql://x", keepInbx: "1d" } as never })).toThrow(/outbox\.database: must look like.*/s);
    await pool.query("COMMENT ON TABLE busbar.outbox IS 'busbar outbox, version 2'");
    const { bus: older } = busOf();
    await expect(older.start({ only: ["relay"] })).rejects.toThrow(/of version 2, and this busbar knows 1/);
    await expect(older.outbox!.migrate()).rejects.toThrow(/nothing was changed/);
    await pool.query(migration);
    expect(await older.outbox!.migrate()).toBe(1);
  });

  it("deliveries that were handled are forgotten by their age", async () => {
    await pool.query("INSERT INTO busbar.inbox VALUES ('old', now() - interval '31 days'), ('new', now() - interval '29 days')");
    const { bus } = busOf();
    await bus.start({ only: ["relay"] });
    await vi.waitUntil(async () => (await pool.query("SELECT FROM busbar.inbox")).rowCount === 1, { timeout: 10_000 });
    expect((await pool.query("SELECT delivery_id FROM busbar.inbox")).rows).toEqual([{ delivery_id: "new" }]);
    expect(await bus.outbox!.cleanInbox(86_400_000)).toBe(1);
  });

  describe("while something is away", () => {
    it("what is behind a row that one relay holds waits for it, whichever relay looks; other keys go on", async () => {
      const taken: string[] = [];
      let release: (() => void) | undefined;
      onTestFinished(() => release?.());
      const held = new Promise<void>((resolve) => {
        const holding = relayInto(async ({ eventId }) => {
          if (eventId === "a-1") {
            resolve();
            await new Promise<void>((go) => (release = go));
          }
          taken.push(eventId);
          return undefined;
        });
        void holding.start();
      });
      await insert(["a-1"], "a");
      await held;
      await insert(["a-2"], "a");
      await insert(["b-1"]);
      await relayInto(async ({ eventId }) => void taken.push(eventId)).start();
      await vi.waitUntil(() => taken.includes("b-1"), { timeout: 10_000 });
      expect(taken).toEqual(["b-1"]);
      release!();
      await emptied();
      expect(taken).toEqual(["b-1", "a-1", "a-2"]);
    });

    it("a long queue of one key keeps nobody else waiting, and more keys than it looks at once are all reached", async () => {
      await insert(idsOf("hot", 300), "hot");
      await insert(idsOf("k", 450));
      const taken: string[] = [];
      await relayInto(async ({ eventId }) => void taken.push(eventId)).start();
      await emptied();
      expect(taken.filter((id) => id.startsWith("hot"))).toEqual(idsOf("hot", 300));
      expect(taken.toSorted()).toEqual([...idsOf("hot", 300), ...idsOf("k", 450)].toSorted());
      // The hot key has 300 rows before the first of the others, and 50 of them go at a time.
      expect(taken.indexOf("k-0")).toBeLessThan(300);
    });

    it("nothing overtakes an event of its key that could not be published, and other keys go on", async () => {
      await insert(["a-1", "a-2", "a-3"], "a");
      await insert(["b-1"]);
      const taken: string[] = [];
      let failures = 3;
      const relay = relayInto(async ({ eventId }) => {
        if (eventId === "a-2" && (failures -= 1) >= 0) throw new Error("Redis is away");
        taken.push(eventId);
        return undefined;
      });
      await relay.start();
      await emptied();
      expect(taken.filter((id) => id.startsWith("a"))).toEqual(["a-1", "a-2", "a-3"]);
      expect(taken.indexOf("b-1")).toBeLessThan(taken.indexOf("a-2"));
    });

    it("goes on when the database was killed and is back", async () => {
      const taken = new Set<string>();
      // What was deleted right before the crash may be there again.
      const relay = relayInto(async ({ eventId }) => void (["before", "after"].includes(eventId) && taken.add(eventId)));
      await relay.start();
      await insert(["before"]);
      await emptied();
      await postgres!.kill();
      await vi.waitUntil(
        () =>
          insert(["after"]).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      );
      await emptied();
      expect([...taken]).toEqual(["before", "after"]);
    });

    it("a stop finishes what was taken, and a second one changes nothing", async () => {
      await insert(["a"]);
      let finish: (() => void) | undefined;
      const entered = new Promise<void>((resolve) => {
        const relay = relayInto(
          () =>
            new Promise((done) => {
              finish = () => done(undefined);
              resolve();
            }),
        );
        void relay.start();
        onTestFinished(() => relay.stop());
        stop = relay.stop;
      });
      await entered;
      const stopped = stop!();
      finish!();
      await stopped;
      await stop!();
      expect(await waiting()).toBe(0);
    });
    let stop: (() => Promise<void>) | undefined;
  });
});
