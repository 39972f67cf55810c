import pg from "pg";
import { NotHere } from "../not-here.ts";
import { migration } from "../../../src/outbox/migration.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres/server.ts";

/** What a business transaction has committed: its event's id, the account that it is about, and its number among that account's. */
export interface Committed {
  readonly id: string;
  readonly account: string;
  readonly number: number;
}

/** The database of a business, on a disk that it waits for. */
export interface Business {
  readonly url: string;
  readonly version: string;
  kill(): Promise<void>;
  /** Transactions that are committed so far. */
  count(): Promise<number>;
  committed(): Promise<readonly Committed[]>;
  /** Rows that wait in the outbox, and those that were set aside. */
  left(): Promise<{ readonly waiting: number; readonly refused: number }>;
  stop(): Promise<void>;
}

export const accounts = 40;

/** @throws NotHere where this machine has no PostgreSQL */
export async function openBusiness(say: (line: string) => void): Promise<Business> {
  const server: PostgresServer | string = await startPostgres({ durable: true, say });
  if (typeof server === "string") throw new NotHere(server);
  const pool = new pg.Pool({ connectionString: server.url, max: 2 });
  pool.on("error", () => undefined);
  await pool.query(`${migration}
    CREATE TABLE accounts (name text PRIMARY KEY, transactions int NOT NULL DEFAULT 0);
    INSERT INTO accounts SELECT 'account-' || n FROM generate_series(1, ${accounts}) n;
    CREATE TABLE bookings (id text PRIMARY KEY, account text NOT NULL, number int NOT NULL, UNIQUE (account, number))`);
  return {
    url: server.url,
    version: server.version,
    kill: server.kill,
    count: async () => (await pool.query<{ n: number }>("SELECT count(*)::int AS n FROM bookings")).rows[0]!.n,
    committed: async () => (await pool.query<Committed>("SELECT id, account, number FROM bookings")).rows,
    left: async () =>
      (
        await pool.query<{ waiting: number; refused: number }>(
          "SELECT count(*) FILTER (WHERE refused_at IS NULL)::int AS waiting, count(*) FILTER (WHERE refused_at IS NOT NULL)::int AS refused FROM busbar.outbox",
        )
      ).rows[0]!,
    async stop() {
      await pool.end();
      await server.stop();
    },
  };
}
