import type { Delivery } from "../define/delivery.ts";
import type { Observe } from "../define/observation.ts";
import type { DeliveryQueue, FoundJob } from "../queues/delivery-queue.ts";
import type { SleepingJob } from "./callback-record.ts";
import type { Settled } from "./statuses.ts";

/**
 * Wakes the job of a delivery whose doubt a report settled: the ledger says how it ended, so its worker only has to look.
 * @returns the job, where it is with a worker that may be about to put it back
 */
export async function wakeSettled(
  queue: DeliveryQueue<Delivery>,
  { content: { id, channel }, state }: FoundJob<Delivery>,
  settled: Settled,
): Promise<SleepingJob | undefined> {
  // A dead letter that turns out to have been sent is none.
  if (state === "dead" && settled === "sent") await queue.redrive(id);
  const underWay = await queue.wake([id]);
  return underWay.length === 0 ? undefined : { channel, id };
}

export interface ToldBy {
  readonly observe: Observe;
  readonly provider: string;
  readonly messageId: string | undefined;
  /** Why it did not arrive. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Tells those who watch how a delivery ended, or that it is sent again. */
export function tellSettled(delivery: Delivery, settled: Settled, { observe, provider, messageId, reason, now }: ToldBy): void {
  switch (settled) {
    case "sent":
      return observe("sent", { delivery, provider, messageId, milliseconds: now - Date.parse(delivery.event.time) });
    case "free":
      return observe("retrying", { delivery, reason, after: 0, burned: false });
    case "dead":
    case "suppressed":
      return observe(settled, { delivery, reason });
  }
}
