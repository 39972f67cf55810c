import { shortHash } from "../base/ids.ts";
import type { StatusNotice } from "../define/notice.ts";
import { resolvePolicy } from "../define/policy.ts";
import type { QueuedContent } from "../queues/delivery-queue.ts";

/** Asks a provider that does not call back what became of messages, by its own ids of them; of those that it has no receipt of yet, nothing. */
export type AskReceipts = (messageIds: readonly string[], signal: AbortSignal) => Promise<readonly StatusNotice[]>;

/** Once a minute in which something was sent: a job on the queue `callbacks` that asks a provider for the receipts that are due. */
export interface ReceiptRound extends QueuedContent {
  /** The provider. */
  readonly ask: string;
  readonly notBefore: number;
}

/** A provider has no receipt before this, milliseconds: 15 minutes. */
export const receiptAfterMs = 15 * 60_000;
const minuteMs = 60_000;

const policy = resolvePolicy({ priority: "low", retry: { attempts: 32, delay: "5s", factor: 2, maxDelay: "30m" } });

/** The round that asks for what is due then. All that is due in one minute has one round. */
export function receiptRound(provider: string, due: number): ReceiptRound {
  const minute = Math.floor(due / minuteMs) + 1;
  return { id: `p_${shortHash(JSON.stringify([provider, minute]))}`, policy, ask: provider, notBefore: minute * minuteMs };
}
