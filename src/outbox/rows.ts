/** A row as PostgreSQL's clients give it. */
export type Row = Readonly<Record<string, unknown>>;

/** The rows of an answer: `pg`, Knex and Drizzle wrap them in a result, TypeORM and Prisma give them as they are. */
export function rowsOf(answer: unknown): readonly Row[] {
  if (Array.isArray(answer)) return answer as readonly Row[];
  const { rows } = (answer ?? {}) as { readonly rows?: unknown };
  if (Array.isArray(rows)) return rows as readonly Row[];
  throw new TypeError(
    "the transaction's query() gave neither rows nor a result that has them: give busbar the client itself, or an adapter",
  );
}
