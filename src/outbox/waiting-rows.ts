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

export interface TakeOptions {
  readonly application: string;
  /** Those that this process knows: what it does not know waits for a build that does. */
  readonly topics: readonly string[];
  /** Rows at most, and rows of one key at most. */
  readonly most: { readonly rows: number; readonly ofKey: number };
}

/**
 * The first row of each key, where no other relay holds it, and the rows behind it. A row that has an earlier one of its key is taken by
 * nobody else: so any number of relays keep the order of a key.
 */
const takeStatement = `WITH heads AS (
  SELECT head.topic, head.key FROM busbar.outbox head
  WHERE head.application = $1 AND head.topic = ANY ($2) AND head.refused_at IS NULL AND NOT EXISTS (
    SELECT FROM busbar.outbox earlier
    WHERE earlier.application = head.application AND earlier.topic = head.topic AND earlier.key = head.key
      AND earlier.seq < head.seq AND earlier.refused_at IS NULL)
  ORDER BY head.seq LIMIT $3 FOR UPDATE OF head SKIP LOCKED)
SELECT taken.* FROM heads CROSS JOIN LATERAL (
  SELECT seq, application, topic, key, event_id, event FROM busbar.outbox
  WHERE application = $1 AND topic = heads.topic AND key = heads.key AND refused_at IS NULL ORDER BY seq LIMIT $4) taken
ORDER BY taken.seq LIMIT $3`;

/** Within a transaction: rows that nobody else takes until it ends, in their order. */
export async function takeRows({ query }: Session, { application, topics, most }: TakeOptions): Promise<readonly OutboxRow[]> {
  const rows = await query(takeStatement, [application, topics, most.rows, most.ofKey]);
  return rows.map((row) => ({
    seq: String(row["seq"]),
    application: String(row["application"]),
    topic: String(row["topic"]),
    key: String(row["key"]),
    eventId: String(row["event_id"]),
    event: String(row["event"]),
  }));
}

/** They are in the log. */
export async function removeRows({ query }: Session, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length > 0) await query("DELETE FROM busbar.outbox WHERE seq = ANY ($1)", [rows.map(({ seq }) => seq)]);
}

/** It can never be published as it is: it stays, with the reason, and stands in nobody's way. */
export async function setRowAside({ query }: Session, { seq }: OutboxRow, reason: string): Promise<void> {
  await query("UPDATE busbar.outbox SET refused_at = clock_timestamp(), reason = $2 WHERE seq = $1", [seq, reason]);
}
