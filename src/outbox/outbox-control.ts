import { BusbarError } from "../base/errors.ts";
import { outboxFailure } from "./failure.ts";
import { cleanInbox } from "./inbox.ts";
import { migration, schemaVersion } from "./migration.ts";
import { checkTables, openSession, type Session, versionThere } from "./session.ts";

/** What is in the outbox of an application. */
export interface OutboxStanding {
  /** Events whose transaction was committed and that are not in the log yet. Counted up to a million. */
  readonly waiting: number;
  /** Milliseconds since the oldest of them was inserted; 0 where none waits. */
  readonly oldestAge: number;
  /** Events that could not be published, and wait for somebody to decide. */
  readonly refused: number;
  /** Waiting events of topics that this build does not define: no relay of this build takes them. */
  readonly unknownTopics: readonly { readonly topic: string; readonly waiting: number }[];
}

/** An event that the relay has set aside. */
export interface RefusedEvent {
  readonly eventId: string;
  readonly topic: string;
  readonly reason: string;
  /** When it was set aside, RFC 3339. */
  readonly refusedAt: string;
  /** When it was inserted, RFC 3339. */
  readonly createdAt: string;
}

/** Looks at the outbox, and repairs it. Each call may throw `OUTBOX_FAILED`, and `INVALID_CONFIGURATION` without the package `pg`. */
export interface OutboxControl {
  standing(): Promise<OutboxStanding>;
  /** The oldest of those that were set aside. */
  refused(most?: number): Promise<readonly RefusedEvent[]>;
  /** Gives events that were set aside to the relay again; all of them without a list. Returns how many. */
  retry(eventIds?: readonly string[]): Promise<number>;
  /** Gives events up that were set aside. Returns how many. */
  discard(eventIds: readonly string[]): Promise<number>;
  /** Forgets deliveries that were handled longer ago than so many milliseconds. Returns how many. */
  cleanInbox(age: number): Promise<number>;
  /** Makes the tables, and brings those of an older version up to this one. Returns the version that was there before; undefined: none. */
  migrate(): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface OutboxControlOptions {
  readonly database: string;
  readonly application: string;
  readonly topics: readonly string[];
}

const waits = "FROM busbar.outbox WHERE application = $1 AND refused_at IS NULL";
const wasSetAside = "busbar.outbox WHERE application = $1 AND refused_at IS NOT NULL";

/** It connects with its first question. */
export function outboxControl({ database, application, topics }: OutboxControlOptions): OutboxControl {
  let session: Session | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const askNow = async <Answer>(work: (session: Session) => Promise<Answer>): Promise<Answer> => {
    if (session === undefined || session.lost.aborted) {
      await session?.close();
      session = await openSession({ database, name: "busbar-outbox" });
    }
    try {
      return await work(session);
    } catch (error) {
      throw error instanceof BusbarError ? error : outboxFailure(error, "The outbox cannot be used");
    }
  };
  /** One after the other: a connection answers one question at a time. */
  const ask = <Answer>(work: (session: Session) => Promise<Answer>): Promise<Answer> => {
    const answer = last.then(() => askNow(work));
    last = answer.catch(() => undefined);
    return answer;
  };

  return {
    standing: () =>
      ask(async (current) => {
        await checkTables(current);
        const [counts] = await current.query(
          `SELECT (SELECT count(*) FROM (SELECT 1 ${waits} LIMIT 1000000) rows)::int AS waiting,
             (SELECT extract(epoch FROM clock_timestamp() - created_at) * 1000 ${waits} ORDER BY seq LIMIT 1)::float8 AS age,
             (SELECT count(*) FROM ${wasSetAside})::int AS refused`,
          [application],
        );
        const unknown = await current.query(
          `SELECT topic, count(*)::int AS waiting ${waits} AND NOT topic = ANY ($2) GROUP BY topic ORDER BY topic`,
          [application, topics],
        );
        return {
          waiting: counts!["waiting"] as number,
          oldestAge: Math.max(0, Math.round((counts!["age"] as number | null) ?? 0)),
          refused: counts!["refused"] as number,
          unknownTopics: unknown.map((row) => ({ topic: String(row["topic"]), waiting: row["waiting"] as number })),
        };
      }),
    refused: (most = 100) =>
      ask(async ({ query }) => {
        const rows = await query(`SELECT event_id, topic, reason, refused_at, created_at FROM ${wasSetAside} ORDER BY seq LIMIT $2`, [
          application,
          most,
        ]);
        return rows.map((row) => ({
          eventId: String(row["event_id"]),
          topic: String(row["topic"]),
          reason: String(row["reason"]),
          refusedAt: (row["refused_at"] as Date).toISOString(),
          createdAt: (row["created_at"] as Date).toISOString(),
        }));
      }),
    retry: (eventIds) =>
      ask(async ({ query }) => {
        const chosen = await query(
          `UPDATE busbar.outbox SET refused_at = NULL, reason = NULL WHERE application = $1 AND refused_at IS NOT NULL AND ($2::text[] IS NULL OR event_id = ANY ($2)) RETURNING 1`,
          [application, eventIds ?? null],
        );
        return chosen.length;
      }),
    discard: (eventIds) =>
      ask(
        async ({ query }) =>
          (await query(`DELETE FROM ${wasSetAside} AND event_id = ANY ($2) RETURNING 1`, [application, eventIds])).length,
      ),
    cleanInbox: (age) => ask((current) => cleanInbox(current, age)),
    migrate: () => ask(migrateOnce),
    async close() {
      await last;
      await session?.close();
    },
  };
}

/** One at a time, and all of it or nothing. */
async function migrateOnce(session: Session): Promise<number | undefined> {
  await session.query("BEGIN; SELECT pg_advisory_xact_lock(hashtext('busbar outbox migrate'))");
  try {
    const before = await versionThere(session);
    if (before !== undefined && before > schemaVersion)
      throw new BusbarError(
        "OUTBOX_FAILED",
        `The outbox's tables are of version ${before} already, and this busbar knows ${schemaVersion}: nothing was changed.`,
      );
    await session.query(migration);
    await session.query("COMMIT");
    return before;
  } catch (error) {
    await session.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
