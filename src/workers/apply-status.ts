import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { checkAddress } from "../define/address.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { Delivery } from "../define/delivery.ts";
import type { StatusNotice } from "../define/notice.ts";
import type { Observe } from "../define/observation.ts";
import { type DeliveryReference, parseReference } from "../define/reference.ts";
import { namesByMessageId } from "../providers/index.ts";
import type { DeliveryQueue } from "../queues/delivery-queue.ts";
import type { SleepingJob } from "./callback-record.ts";
import type { Ledger } from "./ledger.ts";
import type { MessageIds } from "./message-ids.ts";
import { tellSettled, wakeSettled } from "./settle.ts";
import { type Receipt, receiptOf, type Reported, type StatusEntry } from "./statuses.ts";
import { isSuppressible, type Suppressions } from "./suppressions.ts";

export interface ApplyStatusOptions {
  readonly ledger: Pick<Ledger, "report" | "told" | "receipts">;
  readonly suppressions: Pick<Suppressions, "add">;
  readonly queues: (channel: ChannelName) => DeliveryQueue<Delivery>;
  readonly messageIds: Pick<MessageIds, "find">;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly logger: Logger;
  /** A delivery got a higher status: told in their order, perhaps the same one again. Where it rejects, the callback is applied once more later. */
  readonly onRaised: (raised: RaisedStatus) => Promise<void>;
}

/** A status that is higher than all before it, as the ledger keeps it: whoever tells it says the same. */
export interface RaisedStatus extends StatusEntry {
  readonly delivery: DeliveryReference;
  readonly channel: string;
  /** What is known of the delivery; undefined where nothing is any more. */
  readonly receipt: Receipt | undefined;
}

export interface Applied {
  /**
   * `unknown`: it names no delivery of ours, or one that is forgotten. `early`: the delivery may be known in a moment, for its message was just
   * accepted.
   */
  readonly kind: Reported["kind"] | "early";
  /** A job that is to be woken when its worker has put it back. */
  readonly asleep?: SleepingJob;
}

export interface StatusSource {
  /** As its receipts call it. */
  readonly provider: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** A report that comes again within this time is worked on again: whoever had it first may have died in between. Milliseconds. */
const againMs = 86_400_000;
/** Its message's id may be written down only now, by the worker that got it. Milliseconds. */
const earlyMs = 60_000;

/**
 * Applies one status: find its delivery → record it in the ledger → keep the address from further messages, where it says so → wake the job
 * whose doubt it settles → tell that the status was raised. All of it may be done twice.
 */
export function applyStatus(options: ApplyStatusOptions): (notice: StatusNotice, source: StatusSource) => Promise<Applied> {
  const { ledger, suppressions, queues, messageIds, clock, observe, logger, onRaised } = options;

  return async (notice, source) => {
    const delivery = await deliveryOf(notice, source.provider);
    if (delivery === undefined) {
      if (namesByMessageId(source.provider) && clock.now() - source.receivedAt < earlyMs) return { kind: "early" };
      await suppress(notice, source.provider, undefined);
      return { kind: "unknown" };
    }
    const { status, channel, messageId, reason, outcome, at = source.receivedAt } = notice;
    const { provider } = source;
    const reported = await ledger.report(delivery, { status, provider, messageId, at, reason, outcome: outcome?.kind });
    if (reported.kind === "unknown" || reported.age > againMs) {
      if (reported.kind === "unknown") await suppress(notice, provider, undefined);
      return { kind: reported.kind };
    }
    const { kind, untold, settled } = reported;
    if (untold.length === 0 && settled === undefined && outcome?.kind !== "suppress") return { kind };

    const [kept] = await ledger.receipts([delivery]);
    const queue = queues((kept?.channel as ChannelName | undefined) ?? channel);
    const job = settled !== undefined || kept === undefined ? await queue.find(delivery.id) : undefined;
    const receipt = kept ?? (job && receiptOf(job.content, { provider, messageId, at }));
    await suppress(notice, provider, receipt);
    const asleep = settled === undefined || job === undefined ? undefined : await wakeSettled(queue, job, settled);
    if (kind === "recorded" && settled !== undefined && job !== undefined) {
      const said = `${provider} reported ${status}${reason === undefined ? "" : `: ${reason}`}`;
      tellSettled(job.content, settled, { observe, provider, messageId, reason: said, now: clock.now() });
    }
    const highest = untold.at(-1);
    const whose = { delivery, channel: receipt?.channel ?? channel };
    if (kind === "recorded" && highest?.status === status)
      observe("status", { deliveryId: delivery.id, channel: whose.channel, provider, status, reason, at });
    for (const entry of untold) await onRaised({ ...whose, ...entry, receipt });
    if (highest !== undefined) await ledger.told(delivery, highest.status);
    return asleep === undefined ? { kind } : { kind, asleep };
  };

  async function deliveryOf({ reference, messageId }: StatusNotice, provider: string): Promise<DeliveryReference | undefined> {
    if (reference !== undefined) return parseReference(reference);
    if (messageId === undefined || !namesByMessageId(provider)) return undefined;
    const found = await messageIds.find({ provider, messageId });
    return found === undefined ? undefined : parseReference(found);
  }

  async function suppress(
    { channel, address: told, outcome }: StatusNotice,
    provider: string,
    receipt: Receipt | undefined,
  ): Promise<void> {
    if (outcome?.kind !== "suppress" || !isSuppressible(channel)) return;
    // What it was sent to has its one spelling already.
    const checked = receipt === undefined ? told && checkAddress(channel, told) : { address: receipt.to };
    if (!checked || "problem" in checked) {
      logger.warn({ provider, channel }, "a provider refuses an address that it does not name");
      return;
    }
    const { reason, category, keep } = outcome;
    const scope = category === undefined ? {} : { category };
    const end = keep === undefined ? {} : { until: clock.now() + keep };
    await suppressions.add({ channel, address: checked.address, reason, source: provider, ...scope, ...end });
  }
}
