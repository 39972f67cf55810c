/** What could be wrong with an outbox, put between busbar and PostgreSQL's client. See ../sabotage.ts. */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

type Query = (this: pg.Client, text: unknown, values?: unknown, callback?: unknown) => Promise<pg.QueryResult>;

/** Between the deletion and the log, milliseconds: a slow Redis, so that a kill finds its way in between. */
const appendedLateMs = 100;

/** Events are committed on a connection of their own, whatever becomes of the caller's transaction. */
export function insertOutsideTransaction(): () => void {
  let pool: pg.Pool | undefined;
  return betweenPostgres((query) => async (client, text, values) => {
    if (!text.startsWith("INSERT INTO busbar.outbox")) return query.call(client, text, values);
    if (pool === undefined) {
      const { user, host, port, database } = client;
      pool = new pg.Pool({ user, host, port, database });
      pool.on("error", () => undefined);
    }
    const beside = await pool.connect();
    try {
      return await query.call(beside as unknown as pg.Client, text, values);
    } finally {
      beside.release();
    }
  });
}

/** A relay deletes what it has taken, and appends it a moment later. */
export function deleteBeforeAppend(): () => void {
  return betweenPostgres((query) => async (client, text, values) => {
    const taken = await query.call(client, text, values);
    if (!text.startsWith("WITH held AS")) return taken;
    await query.call(client, "DELETE FROM busbar.outbox WHERE seq = ANY ($1)", [taken.rows.map(({ seq }: { seq: string }) => seq)]);
    await query.call(client, "COMMIT; BEGIN");
    await pause(appendedLateMs);
    return taken;
  });
}

function betweenPostgres(
  around: (query: Query) => (client: pg.Client, text: string, values?: unknown[]) => Promise<pg.QueryResult>,
): () => void {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const query = prototype.query;
  const instead = around(query);
  prototype.query = function sabotaged(this: pg.Client, text: unknown, values?: unknown, callback?: unknown): Promise<pg.QueryResult> {
    const busbars = typeof text === "string" && typeof values !== "function" && callback === undefined;
    return busbars ? instead(this, text, values as unknown[]) : query.call(this, text, values, callback);
  };
  return () => void (prototype.query = query);
}
