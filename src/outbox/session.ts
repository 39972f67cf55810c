import { BusbarError, messageOf } from "../base/errors.ts";
import { within } from "../base/within.ts";
import { outboxFailure } from "./failure.ts";
import { schemaVersion, versionIn } from "./migration.ts";
import { type Row, rowsOf } from "./rows.ts";

/** A connection to the team's PostgreSQL that busbar owns and closes. */
export interface Session {
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Aborts when the connection is lost. */
  readonly lost: AbortSignal;
  /** Twice is fine. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** `postgres://user:password@host:5432/database`, with `?sslmode=…` where the host asks for TLS. */
  readonly database: string;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
  /** Called when PostgreSQL wakes one of the channels that were listened to. */
  readonly onWake?: () => void;
}

/** Milliseconds. A server that does not answer for so long is taken for lost. */
const patience = { connect: 5_000, query: 30_000, end: 2_000 } as const;

/** @throws BusbarError `OUTBOX_FAILED` when the database cannot be reached, `INVALID_CONFIGURATION` where the package `pg` is not installed */
export async function openSession({ database, name, onWake }: SessionOptions): Promise<Session> {
  const { Client } = await loadPg();
  const lost = new AbortController();
  const client = new Client({
    connectionString: database,
    application_name: name,
    connectionTimeoutMillis: patience.connect,
    query_timeout: patience.query,
    keepAlive: true,
  });
  client.on("error", () => lost.abort());
  client.on("end", () => lost.abort());
  client.on("notification", () => onWake?.());
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new BusbarError("OUTBOX_FAILED", `The outbox's database cannot be reached (${messageOf(error)}). Check OUTBOX_DATABASE_URL.`, {
      cause: error,
    });
  }
  let closed: Promise<void> | undefined;
  return {
    lost: lost.signal,
    async query(text, values) {
      const answer: unknown = await client.query(text, values as unknown[] | undefined);
      // Of several statements in one, the last one's.
      return rowsOf(Array.isArray(answer) ? answer.at(-1) : answer);
    },
    close: () =>
      (closed ??= within(patience.end, client.end()).catch(() => {
        // Of a server that hangs, no farewell comes back.
        (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      })),
  };
}

/**
 * The version of the tables that are there; undefined: there are none.
 * @throws BusbarError `OUTBOX_FAILED` when something else is called `busbar.outbox`
 */
export async function versionThere({ query }: Session): Promise<number | undefined> {
  const [row] = await query(
    "SELECT to_regclass('busbar.outbox') IS NOT NULL AS there, obj_description(to_regclass('busbar.outbox'), 'pg_class') AS comment",
  );
  const version = versionIn(row!["comment"] as string | null);
  if (row!["there"] === true && version === undefined)
    throw new BusbarError(
      "OUTBOX_FAILED",
      "The database has a table busbar.outbox that busbar did not make: its comment names no version.",
    );
  return version;
}

/** @throws BusbarError `OUTBOX_FAILED` when the tables are missing, or of a version that this build does not know */
export async function checkTables(session: Session): Promise<void> {
  const version = await versionThere(session).catch((error: unknown) => {
    throw error instanceof BusbarError ? error : outboxFailure(error, "The outbox's tables cannot be looked at");
  });
  if (version === undefined)
    throw new BusbarError("OUTBOX_FAILED", "The database has no outbox. Make its tables: busbar outbox migrate --apply.");
  if (version < schemaVersion)
    throw new BusbarError(
      "OUTBOX_FAILED",
      `The outbox's tables are of version ${version}, older than ${schemaVersion}. Run busbar outbox migrate --apply.`,
    );
  if (version > schemaVersion)
    throw new BusbarError(
      "OUTBOX_FAILED",
      `The outbox's tables are of version ${version}, and this busbar knows ${schemaVersion}. Update busbar here.`,
    );
}

async function loadPg() {
  try {
    return (await import("pg")).default;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new BusbarError("INVALID_CONFIGURATION", "The outbox's relay works with the package pg, which is not installed: npm install pg.");
  }
}
