import { deliveryOf } from "../define/delivered-event.ts";
import type { BusEvent } from "../define/event.ts";
import { type Transaction, transactionProblems } from "../define/transaction.ts";
import { BusbarError } from "../base/errors.ts";
import { outboxFailure } from "./failure.ts";
import { rowsOf } from "./rows.ts";

const seeStatement = "INSERT INTO busbar.inbox (delivery_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING delivery_id";

/**
 * In a handler's own transaction: whether its delivery has not been handled before. Notes it, so that the note and the handler's effect are
 * committed together, and every later try of the same delivery finds it:
 *
 *     await withTransaction(async (tx) => {
 *       if (!(await once(tx, event))) return;
 *       await tx.query("UPDATE stock SET …");
 *     });
 *
 * A second try while the first one's transaction is open waits for its end.
 * @param event as the handler was given it; elsewhere `{ deliveryId }`, such as the `webhook-id` that a receiver of webhooks was given
 * @returns false: a transaction with the effect was committed; do nothing, and return
 * @throws BusbarError `INVALID_EVENT` for another object, `OUTBOX_FAILED` when the database refuses
 */
export async function once(tx: Transaction, event: BusEvent | { readonly deliveryId: string }): Promise<boolean> {
  const deliveryId = "deliveryId" in event ? event.deliveryId : deliveryOf(event);
  const problems = transactionProblems(tx);
  if (typeof deliveryId !== "string" || deliveryId === "")
    problems.push(
      "this event is not the object that a handler was given, so its delivery is not known: give that one, or { deliveryId } of the handler's context",
    );
  if (problems.length > 0) throw new BusbarError("INVALID_EVENT", "once(tx, event) cannot tell:", { problems });
  try {
    return rowsOf(await tx.query(seeStatement, [deliveryId!])).length > 0;
  } catch (error) {
    throw outboxFailure(error, "The inbox did not take the delivery");
  }
}
