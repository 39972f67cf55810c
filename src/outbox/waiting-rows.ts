import type { Row } from "./rows.ts";
import type { Session } from "./session.ts";

/** An event of the outbox as a relay takes it. */
export interface OutboxRow {
  /** The place in the order in which rows were inserted. A text: it may be larger than a number holds. */
  readonly seq: string;
  readonly application: string;
  readonly topic: string;
  readonly key: string;
  readonly eventId: string;
  readonly event: string;
}

/** A place among the keys of an application, in the order of the index. */
export interface KeyPlace {
  readonly topic: string;
  readonly key: string;
}

export interface TakeOptions {
  readonly application: string;
  /** Those that this process knows: what it does not know waits for a build that does. */
  readonly topics: readonly string[];
  /** Only keys behind this one; undefined: from the beginning. */
  readonly after: KeyPlace | undefined;
  /** At most so many keys, rows in all, and rows of one key. */
  readonly most: { readonly keys: number; readonly rows: number; readonly ofKey: number };
}

export interface TakenRows {
  /** Of each key the oldest ones, in their order. */
  readonly rows: readonly OutboxRow[];
  /** Where the next page of keys begins; undefined: all were looked at. */
  readonly next: KeyPlace | undefined;
}

/** Walks the index from key to key, so that neither a long backlog nor a long queue of one key makes it slow. */
const firstRowsStatement = `WITH RECURSIVE firsts AS (
  (SELECT topic, key, seq FROM busbar.outbox
   WHERE application = $1 AND refused_at IS NULL AND topic = ANY ($2) AND (topic, key) > ($3, $4) ORDER BY topic, key, seq LIMIT 1)
  UNION ALL
  SELECT following.* FROM firsts CROSS JOIN LATERAL (
    SELECT topic, key, seq FROM busbar.outbox
    WHERE application = $1 AND refused_at IS NULL AND topic = ANY ($2) AND (topic, key) > (firsts.topic, firsts.key)
    ORDER BY topic, key, seq LIMIT 1) following)
SELECT topic, key, seq FROM firsts LIMIT $5`;

/**
 * The keys whose first row no other relay holds, each with its oldest rows. Whoever sees a row sees every earlier one of its key that is not published
 * yet, and takes it before: that keeps the order, whoever holds what. Each key gets one row before another gets its second.
 */
const takeStatement = `WITH held AS (
  SELECT topic, key FROM busbar.outbox WHERE seq = ANY ($2) AND refused_at IS NULL FOR UPDATE SKIP LOCKED)
SELECT lane.* FROM held CROSS JOIN LATERAL (
  SELECT seq, application, topic, key, event_id, event, row_number() OVER (ORDER BY seq) AS place FROM busbar.outbox
  WHERE application = $1 AND topic = held.topic AND key = held.key AND refused_at IS NULL ORDER BY seq LIMIT $3) lane
ORDER BY lane.place, lane.seq LIMIT $4`;

/** Within a transaction: rows that other relays leave alone until it ends. */
export async function takeRows({ query }: Session, { application, topics, after, most }: TakeOptions): Promise<TakenRows> {
  const firsts = await query(firstRowsStatement, [application, topics, after?.topic ?? "", after?.key ?? "", most.keys]);
  const last = firsts.at(-1);
  const next = firsts.length < most.keys || last === undefined ? undefined : { topic: String(last["topic"]), key: String(last["key"]) };
  if (firsts.length === 0) return { rows: [], next };
  const rows = await query(takeStatement, [application, firsts.map(({ seq }) => seq), most.ofKey, most.rows]);
  return { rows: rows.map(rowOf), next };
}

function rowOf(row: Row): OutboxRow {
  return {
    seq: String(row["seq"]),
    application: String(row["application"]),
    topic: String(row["topic"]),
    key: String(row["key"]),
    eventId: String(row["event_id"]),
    event: String(row["event"]),
  };
}

/** They are in the log. */
export async function removeRows({ query }: Session, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length > 0) await query("DELETE FROM busbar.outbox WHERE seq = ANY ($1)", [rows.map(({ seq }) => seq)]);
}

/** It can never be published as it is: it stays, with the reason, and stands in nobody's way. */
export async function setRowAside({ query }: Session, { seq }: OutboxRow, reason: string): Promise<void> {
  await query("UPDATE busbar.outbox SET refused_at = clock_timestamp(), reason = $2 WHERE seq = $1", [seq, reason]);
}
