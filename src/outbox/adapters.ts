import type { Transaction } from "../define/transaction.ts";

/**
 * The transaction of `prisma.$transaction(async (tx) => …)`, to publish in: `{ tx: prismaTransaction(tx) }`.
 */
export function prismaTransaction(tx: { $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<unknown> }): Transaction {
  return { query: (text, values) => tx.$queryRawUnsafe(text, ...values) };
}

/**
 * The transaction of `db.transaction(async (tx) => …)` of Drizzle on PostgreSQL, to publish in: `{ tx: drizzleTransaction(tx, sql) }`.
 * @param sql the `sql` of `drizzle-orm`, which alone can make a statement with parameters
 */
export function drizzleTransaction<Statement>(
  tx: { execute(statement: Statement): PromiseLike<unknown> },
  sql: (texts: TemplateStringsArray, ...values: string[]) => Statement,
): Transaction {
  return {
    query(text, values) {
      const { texts, order } = partsOf(text);
      return tx.execute(sql(Object.assign([...texts], { raw: texts }), ...order.map((number) => values[number - 1]!)));
    },
  };
}

/**
 * The transaction of `knex.transaction(async (trx) => …)` on PostgreSQL, to publish in: `{ tx: knexTransaction(trx) }`.
 */
export function knexTransaction(trx: { raw(text: string, values: readonly string[]): PromiseLike<unknown> }): Transaction {
  return {
    query(text, values) {
      const { texts, order } = partsOf(text);
      return trx.raw(
        texts.join("?"),
        order.map((number) => values[number - 1]!),
      );
    },
  };
}

/** A statement taken apart at its parameters: the texts around them, and the number of each. */
function partsOf(text: string): { readonly texts: readonly string[]; readonly order: readonly number[] } {
  const parts = text.split(/\$(\d+)/);
  return {
    texts: parts.filter((_part, index) => index % 2 === 0),
    order: parts.filter((_part, index) => index % 2 === 1).map(Number),
  };
}
