import { BusbarError } from "../base/errors.ts";
import { type BusEvent, decodeEvent, encodeEvent, payloadFingerprint } from "../define/event.ts";
import type { Transaction } from "../define/transaction.ts";
import { outboxFailure } from "./failure.ts";
import { type Row, rowsOf } from "./rows.ts";

/** An event that is in the outbox, as far as the caller's transaction is committed. */
export interface Inserted {
  /** Of the event that the outbox keeps: the given one's, or the earlier one's with its idempotency key. */
  readonly eventId: string;
  /** It waited there already: the same id or idempotency key. */
  readonly repeated: boolean;
}

export interface OutboxPlace {
  readonly tx: Transaction;
  /** The payload of an event in JSON as it was before it was sealed. */
  readonly clear: (json: string) => Promise<unknown>;
}

/** In the order of the list. What is there already stays, whichever of the two is the same. */
const insertStatement = `INSERT INTO busbar.outbox (application, topic, key, event_id, event, idempotency_key)
SELECT e->>'application', e->>'topic', e->>'key', e->>'eventId', e->>'event', e->>'idempotencyKey'
FROM json_array_elements($1::json) WITH ORDINALITY AS list (e, number) ORDER BY number
ON CONFLICT DO NOTHING RETURNING event_id`;

const lookUpStatement = `SELECT event, refused_at IS NOT NULL AS refused, reason FROM busbar.outbox
WHERE application = $1 AND topic = $2 AND (event_id = $3 OR idempotency_key = $4) ORDER BY seq LIMIT 1`;

/** A row that we met may be gone when we look for it, because a relay published it meanwhile. */
const tries = 3;

/**
 * Writes events into the outbox, in their order, within the caller's transaction: they exist when it is committed, and else never did.
 * @throws BusbarError `IDEMPOTENCY_CONFLICT`, or `OUTBOX_FAILED` when the database refuses
 */
export async function insertIntoOutbox(
  { tx, clear }: OutboxPlace,
  application: string,
  events: readonly BusEvent[],
): Promise<readonly Inserted[]> {
  const results = new Map<BusEvent, Inserted>();
  for (let left = events, turn = 0; left.length > 0 && turn < tries; turn += 1) {
    const inserted = new Set(await insertRows(tx, application, left));
    for (const event of left) {
      if (inserted.has(event.id)) {
        // The second event of a list with the same id is a repetition.
        inserted.delete(event.id);
        results.set(event, { eventId: event.id, repeated: false });
        continue;
      }
      const found = await lookUp({ tx, clear }, application, event);
      if (found !== undefined) results.set(event, { eventId: found.id, repeated: true });
    }
    left = events.filter((event) => !results.has(event));
  }
  // It was met each time and was gone each time: it is in the log.
  return events.map((event) => results.get(event) ?? { eventId: event.id, repeated: true });
}

async function insertRows(tx: Transaction, application: string, events: readonly BusEvent[]): Promise<string[]> {
  const list = events.map((event) => ({
    application,
    topic: event.type,
    key: event.partitionkey ?? event.id,
    eventId: event.id,
    event: encodeEvent(event),
    idempotencyKey: event.idempotencykey,
  }));
  return (await run(tx, insertStatement, [JSON.stringify(list)])).map((row) => String(row["event_id"]));
}

/** The event that waits with the id or the idempotency key of this one. */
async function lookUp({ tx, clear }: OutboxPlace, application: string, event: BusEvent): Promise<BusEvent | undefined> {
  const { id, type, idempotencykey = "" } = event;
  const [row] = await run(tx, lookUpStatement, [application, type, id, idempotencykey]);
  if (row === undefined) return undefined;
  const first = decodeEvent(String(row["event"]));
  const by = first.id === id ? `the id "${id}"` : `the idempotency key "${idempotencykey}"`;
  // The same payload is sealed in another way each time.
  if (payloadFingerprint(await clear(String(row["event"]))) !== payloadFingerprint(await clear(encodeEvent(event))))
    throw new BusbarError(
      "IDEMPOTENCY_CONFLICT",
      `${type}: ${by} belongs to event ${first.id}, which waits in the outbox with another payload. This one was not published: a new fact needs one of its own.`,
    );
  if (row["refused"] === true)
    throw new BusbarError(
      "IDEMPOTENCY_CONFLICT",
      `${type}: ${by} belongs to event ${first.id}, which the relay has set aside (${String(row["reason"])}). Decide about it first: busbar outbox retry or discard.`,
    );
  return first;
}

async function run(tx: Transaction, text: string, values: string[]): Promise<readonly Row[]> {
  try {
    return rowsOf(await tx.query(text, values));
  } catch (error) {
    throw outboxFailure(error, "The outbox did not take the event");
  }
}
