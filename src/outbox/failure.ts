import { BusbarError, messageOf } from "../base/errors.ts";

/** How PostgreSQL, and whatever wraps it, says that a table or schema is not there. */
const absent = /(relation|schema|table) "?busbar(\.(outbox|inbox))?"? does not exist/i;
const forbidden = /permission denied for (schema busbar|table (outbox|inbox)|sequence outbox_seq_seq)/i;

/** What went wrong with one of our tables, with what to do about it. Anything that is not about the tables themselves is told as it is. */
export function outboxFailure(error: unknown, what: string): BusbarError {
  const said = messageOf(error);
  return new BusbarError(
    "OUTBOX_FAILED",
    `${what} (${said}). ${adviceFor(`${said} ${messageOf((error as { cause?: unknown } | null)?.cause)}`)}`,
    {
      cause: error,
    },
  );
}

function adviceFor(said: string): string {
  if (absent.test(said)) return "Make the tables: busbar outbox migrate --apply, or run what busbar outbox migrate prints.";
  if (forbidden.test(said)) return "Grant the transaction's role what docs/outbox.md lists.";
  return "A transaction in which a statement failed is over: roll it back.";
}
