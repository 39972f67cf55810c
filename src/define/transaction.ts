/**
 * An open transaction of a PostgreSQL database, as a client of `pg` is after `BEGIN`; TypeORM's `EntityManager` and `QueryRunner` fit as they
 * are, and `prismaTransaction`, `drizzleTransaction` and `knexTransaction` make one of the others.
 */
export interface Transaction {
  /** Runs one statement with its parameters `$1`, `$2` …, all of them texts, and resolves with `{ rows }` or with the rows. */
  query(text: string, values: string[]): PromiseLike<unknown>;
  /** A pool has it: each of its queries may run on another connection, outside of any transaction. */
  readonly totalCount?: never;
}

/** Everything wrong with what was given as a transaction. */
export function transactionProblems(tx: unknown): string[] {
  const given = tx as Partial<Transaction> | null | undefined;
  if ((typeof given !== "object" && typeof given !== "function") || given === null || typeof given.query !== "function")
    return [
      "tx: must be an open transaction with query(text, values), such as a client of pg after BEGIN; prismaTransaction, drizzleTransaction and knexTransaction make one of theirs",
    ];
  if ("totalCount" in given)
    return [
      "tx: is a pool, which would write outside of your transaction: give it the client that BEGIN was called on (await pool.connect())",
    ];
  return [];
}
