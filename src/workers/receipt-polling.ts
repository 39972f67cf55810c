import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Locks } from "../base/locks.ts";
import type { StatusNotice } from "../define/notice.ts";
import type { DeliveryQueue, Job, Verdict } from "../queues/delivery-queue.ts";
import type { Applied, StatusSource } from "./apply-status.ts";
import type { CallbackJob } from "./callback-record.ts";
import type { DueReceipt, DueReceipts } from "./due-receipts.ts";
import { type AskReceipts, receiptAfterMs, type ReceiptRound, receiptRound } from "./receipt-round.ts";

export interface ReceiptPollingOptions {
  readonly asked: ReadonlyMap<string, AskReceipts>;
  readonly dueReceipts: DueReceipts;
  readonly queue: Pick<DeliveryQueue<CallbackJob>, "add">;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly applyStatus: (notice: StatusNotice, source: StatusSource) => Promise<Applied>;
}

/** Messages asked for in one request. */
const idsAtOnce = 300;
/** Requests of one round; what is left goes on at once, and others get their turn. */
const requests = 20;
const lockMs = 60_000;
/** Somebody else asks this provider just now. */
const busyMs = 5_000;
/** This build does not know the provider: a newer one may. */
const unknownMs = 30_000;
/** A receipt is kept about so long by its provider, milliseconds: 24 h. */
const keptMs = 86_400_000;

/** Asks for the receipts that are due, and applies them as callbacks are. What has no receipt yet is asked for again, for a day. */
export function receiptPolling(options: ReceiptPollingOptions): (job: Job<ReceiptRound>) => Promise<Verdict> {
  const { asked, dueReceipts, queue, locks, clock, logger, applyStatus } = options;

  return async ({ content: { ask: provider }, signal }) => {
    const read = asked.get(provider);
    if (read === undefined) return { kind: "again", after: unknownMs };
    const lock = await locks.acquire(`receipts-${provider}`, lockMs);
    if (lock === undefined) return { kind: "again", after: busyMs };
    try {
      for (let request = 0; request < requests; request++) {
        const due = await dueReceipts.due(provider, { now: clock.now(), count: idsAtOnce });
        if (due.length > 0) await askFor(provider, { due, read, signal });
        if (due.length < idsAtOnce) return { kind: "done", end: "applied" };
        if (!(await lock.renew())) break;
      }
      return { kind: "again", after: 0 };
    } finally {
      await lock.release().catch(() => undefined);
    }
  };

  async function askFor(
    provider: string,
    { due, read, signal }: { readonly due: readonly DueReceipt[]; readonly read: AskReceipts; readonly signal: AbortSignal },
  ): Promise<void> {
    const byId = new Map(due.map((receipt) => [receipt.messageId, receipt]));
    const notices = await read([...byId.keys()], signal);
    const now = clock.now();
    const told = notices.flatMap((notice) => {
      const receipt = byId.get(notice.messageId ?? "");
      return receipt === undefined ? [] : [{ receipt, notice: { ...notice, reference: receipt.reference } }];
    });
    await Promise.all(told.map(({ notice }) => applyStatus(notice, { provider, receivedAt: now })));
    const answered = new Set(told.map(({ receipt }) => receipt.messageId));
    const [late, open] = [[] as DueReceipt[], [] as DueReceipt[]];
    for (const receipt of due.filter(({ messageId }) => !answered.has(messageId)))
      (receipt.sentAt + keptMs <= now ? late : open).push(receipt);
    if (late.length > 0) logger.warn({ provider, count: late.length }, "a provider had no receipt of messages within a day");
    if (open.length > 0) {
      await dueReceipts.add(provider, open, now + receiptAfterMs);
      await queue.add([receiptRound(provider, now + receiptAfterMs)]);
    }
    await dueReceipts.remove(provider, [...told.map(({ receipt }) => receipt), ...late]);
  }
}
