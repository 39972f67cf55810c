import type { ConsentNotice } from "../define/notice.ts";
import { parseReference } from "../define/reference.ts";
import type { Statuses } from "./statuses.ts";

/**
 * A wish that came with a message is about messages of its kind: a provider calls them marketing, and knows none of an application's categories. What it says of
 * all messages stays that, and so does what names no message that is known, or one of no category.
 */
export function wishOfMessage<Result>(
  ledger: Pick<Statuses, "receipts">,
  apply: (notice: ConsentNotice) => Promise<Result>,
): (notice: ConsentNotice) => Promise<Result> {
  return async (notice) => {
    const delivery = notice.category === undefined ? undefined : parseReference(notice.reference ?? "");
    if (delivery === undefined) return apply(notice);
    const [receipt] = await ledger.receipts([delivery]);
    return apply({ ...notice, ...(receipt?.category === undefined ? {} : { category: receipt.category }) });
  };
}
