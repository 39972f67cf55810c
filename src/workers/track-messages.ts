import type { Clock } from "../base/clock.ts";
import type { Delivery } from "../define/delivery.ts";
import { deliveryReference } from "../define/reference.ts";
import { namesByMessageId } from "../providers/index.ts";
import type { DeliveryQueue } from "../queues/delivery-queue.ts";
import type { CallbackJob } from "./callback-record.ts";
import type { DueReceipts } from "./due-receipts.ts";
import type { MessageIds } from "./message-ids.ts";
import { type AskReceipts, receiptAfterMs, receiptRound } from "./receipt-round.ts";

/** Takes note of a message that its provider accepted, where that is needed to hear of it later. */
export type TrackMessage = (delivery: Delivery, provider: string, messageId: string) => Promise<void>;

export interface TrackMessagesOptions {
  readonly messageIds: Pick<MessageIds, "keep">;
  readonly dueReceipts: Pick<DueReceipts, "add">;
  readonly callbacks: Pick<DeliveryQueue<CallbackJob>, "add">;
  /** The providers that are asked for receipts. */
  readonly asked: ReadonlyMap<string, AskReceipts>;
  readonly clock: Clock;
}

export function trackMessages({ messageIds, dueReceipts, callbacks, asked, clock }: TrackMessagesOptions): TrackMessage {
  /** By provider: the last round that this process queued. */
  const queued = new Map<string, string>();

  return async (delivery, provider, messageId) => {
    const reference = deliveryReference(delivery);
    if (namesByMessageId(provider)) await messageIds.keep({ provider, messageId }, reference);
    if (!asked.has(provider)) return;
    const sentAt = clock.now();
    const due = sentAt + receiptAfterMs;
    await dueReceipts.add(provider, [{ messageId, reference, sentAt }], due);
    const round = receiptRound(provider, due);
    if (queued.get(provider) === round.id) return;
    await callbacks.add([round]);
    queued.set(provider, round.id);
  };
}
