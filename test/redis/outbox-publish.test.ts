import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { createBus, defineTopic, once, type BusEvent, type Transaction } from "../../src/index.ts";
import { deliveredEvent } from "../../src/define/delivered-event.ts";
import { migration } from "../../src/outbox/migration.ts";
import { testPostgres } from "../support/postgres.ts";

const orderPlaced = defineTopic("order.placed", z.object({ orderId: z.string(), note: z.string().default("") }), {
  key: (order) => order.orderId,
});
/** Nothing listens there: what is published in a transaction needs no Redis. */
const bus = createBus({ application: "shop", topics: { orderPlaced }, redis: "redis://127.0.0.1:1" });
const { publishEvent } = bus;
const postgres = await testPostgres();

describe.skipIf(postgres === undefined)("publishing in a transaction", () => {
  const pool = new pg.Pool({ connectionString: postgres?.url, max: 4 });
  pool.on("error", () => undefined);
  beforeAll(() => pool.query(migration));
  beforeEach(() => pool.query("DELETE FROM busbar.outbox; DELETE FROM busbar.inbox"));
  afterAll(async () => {
    await bus.stop();
    await pool.end();
  });

  async function inTransaction<Result>(work: (tx: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const tx = await pool.connect();
    try {
      await tx.query("BEGIN");
      const result = await work(tx);
      await tx.query("COMMIT");
      return result;
    } catch (error) {
      await tx.query("ROLLBACK");
      throw error;
    } finally {
      tx.release();
    }
  }

  const rows = async () => (await pool.query("SELECT topic, key, event_id, event, idempotency_key FROM busbar.outbox ORDER BY seq")).rows;

  it("the event exists when the transaction is committed, and says that it is in the outbox", async () => {
    const published = await inTransaction((tx) => publishEvent.orderPlaced({ orderId: "A-1" }, { tx, correlationId: "c-1" }));
    expect(published).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      topic: "order.placed",
      repeated: false,
      durability: "outbox",
    });
    const [row] = await rows();
    expect(row).toMatchObject({ topic: "order.placed", key: "A-1", event_id: published.id, idempotency_key: null });
    expect(JSON.parse(row.event)).toMatchObject({
      id: published.id,
      source: "/shop",
      partitionkey: "A-1",
      correlationid: "c-1",
      data: { orderId: "A-1", note: "" },
    });
  });

  it("of a transaction that is undone, nothing is there", async () => {
    const failed = inTransaction(async (tx) => {
      await publishEvent.orderPlaced({ orderId: "A-1" }, { tx });
      throw new Error("out of stock");
    });
    await expect(failed).rejects.toThrow("out of stock");
    expect(await rows()).toEqual([]);
  });

  it("what is wrong is told before the database is asked, so that the transaction can go on", async () => {
    await inTransaction(async (tx) => {
      await expect(publishEvent.orderPlaced({ orderId: 1 as never }, { tx })).rejects.toThrow(/orderId: /);
      await expect(publishEvent.orderPlaced({ orderId: "A", note: "x".repeat(300_000) }, { tx })).rejects.toMatchObject({
        code: expect.stringMatching(/EVENT_TOO_LARGE|INVALID_EVENT/),
      });
      await expect(publishEvent.orderPlaced({ orderId: "A" }, { tx, priority: "urgent" as never })).rejects.toThrow(/"urgent" is none of/);
      await publishEvent.orderPlaced({ orderId: "A-2" }, { tx });
    });
    expect(await rows()).toMatchObject([{ key: "A-2" }]);
  });

  it("a pool, or anything that is no transaction, is refused: it would write outside of it", async () => {
    await expect(publishEvent.orderPlaced({ orderId: "A" }, { tx: pool as never })).rejects.toThrow(/tx: is a pool/);
    await expect(publishEvent.orderPlaced({ orderId: "A" }, { tx: {} as Transaction })).rejects.toThrow(/tx: must be an open transaction/);
    await expect(publishEvent.orderPlaced.batch([{ orderId: "A" }], { tx: pool as never })).rejects.toThrow(/tx: is a pool/);
    expect(await rows()).toEqual([]);
  });

  it("C7: a batch is one insert in its order, and none of it where one payload is wrong", async () => {
    let statements = 0;
    const many = Array.from({ length: 250 }, (_, n) => ({ orderId: `A-${n}` }));
    const results = await inTransaction((client) => {
      const tx = { query: (text: string, values: string[]) => ((statements += 1), client.query(text, values)) };
      return publishEvent.orderPlaced.batch(many, { tx, key: "one" });
    });
    expect(statements).toBe(1);
    expect((await rows()).map((row) => [row.key, row.event_id])).toEqual(results.map(({ id }) => ["one", id]));
    expect((await rows()).map((row) => JSON.parse(row.event).data.orderId)).toEqual(many.map(({ orderId }) => orderId));
    await inTransaction(async (tx) => {
      await expect(publishEvent.orderPlaced.batch([{ orderId: "B" }, { orderId: 2 as never }], { tx })).rejects.toThrow(/\[1\] orderId: /);
      expect(await publishEvent.orderPlaced.batch([], { tx })).toEqual([]);
    });
    expect(await rows()).toHaveLength(250);
  });

  it("the same id or idempotency key with the same payload is one row, and with another payload an error", async () => {
    const first = await inTransaction((tx) => publishEvent.orderPlaced({ orderId: "A-1" }, { tx, idempotencyKey: "k" }));
    const again = await inTransaction((tx) => publishEvent.orderPlaced({ orderId: "A-1" }, { tx, idempotencyKey: "k" }));
    expect(again).toEqual({ ...first, repeated: true });
    expect(await inTransaction((tx) => publishEvent.orderPlaced({ orderId: "A-1" }, { tx, id: first.id }))).toEqual({
      ...first,
      repeated: true,
    });
    for (const option of [{ idempotencyKey: "k" }, { id: first.id }])
      await expect(inTransaction((tx) => publishEvent.orderPlaced({ orderId: "A-2" }, { tx, ...option }))).rejects.toMatchObject({
        code: "IDEMPOTENCY_CONFLICT",
      });
    expect(await rows()).toHaveLength(1);
  });

  it("one that was set aside is not published by publishing it again: the error says what to do", async () => {
    const { id } = await inTransaction((tx) => publishEvent.orderPlaced({ orderId: "A-1" }, { tx }));
    await pool.query("UPDATE busbar.outbox SET refused_at = now(), reason = 'too old'");
    await expect(inTransaction((tx) => publishEvent.orderPlaced({ orderId: "A-1" }, { tx, id }))).rejects.toThrow(
      /set aside \(too old\).*busbar outbox retry or discard/,
    );
  });

  it("the migration can be run again, and what is missing is told with what to do", async () => {
    await pool.query(migration);
    await pool.query("DROP SCHEMA busbar CASCADE");
    const failure = inTransaction((tx) => publishEvent.orderPlaced({ orderId: "A" }, { tx }));
    await expect(failure).rejects.toMatchObject({
      code: "OUTBOX_FAILED",
      message: expect.stringContaining("busbar outbox migrate --apply"),
    });
    await expect(inTransaction((tx) => once(tx, { deliveryId: "d" }))).rejects.toThrow(/busbar outbox migrate --apply/);
    await pool.query(migration);
    await pool.query("CREATE ROLE stranger LOGIN; GRANT USAGE ON SCHEMA busbar TO stranger; GRANT SELECT ON busbar.outbox TO stranger");
    const stranger = new pg.Client({ connectionString: postgres!.url.replace("owner@", "stranger@") });
    await stranger.connect();
    await expect(publishEvent.orderPlaced({ orderId: "A" }, { tx: stranger })).rejects.toThrow(/Grant the transaction's role/);
    await pool.query("GRANT INSERT ON busbar.outbox TO stranger");
    expect(await publishEvent.orderPlaced({ orderId: "A" }, { tx: stranger })).toMatchObject({ durability: "outbox" });
    await stranger.end();
  });

  describe("once", () => {
    const event = deliveredEvent({ id: "e-1", type: "order.placed" } as BusEvent, "d_1");

    it("is true for the first committed try of a delivery alone", async () => {
      expect(await inTransaction((tx) => once(tx, event))).toBe(true);
      expect(await inTransaction((tx) => once(tx, event))).toBe(false);
      expect(await inTransaction((tx) => once(tx, { deliveryId: "d_1" }))).toBe(false);
      expect(await inTransaction((tx) => once(tx, deliveredEvent(event, "d_2")))).toBe(true);
    });

    it("a try that was undone counts for nothing, and a second one waits for the end of the first", async () => {
      const [first, second] = [await pool.connect(), await pool.connect()];
      await first.query("BEGIN");
      expect(await once(first, event)).toBe(true);
      let answered = false;
      await second.query("BEGIN");
      const asked = once(second, event).then((answer) => ((answered = true), answer));
      await pool.query("SELECT 1");
      expect(answered).toBe(false);
      await first.query("ROLLBACK");
      expect(await asked).toBe(true);
      await second.query("COMMIT");
      first.release();
      second.release();
    });

    it("an event that no handler was given is refused, because it belongs to many deliveries", async () => {
      await expect(once({ query: async () => [] }, { ...event })).rejects.toThrow(/is not the object that a handler was given/);
      await expect(once(pool as never, event)).rejects.toThrow(/tx: is a pool/);
    });
  });
});
