import type { DeliveryReference } from "../define/reference.ts";

/** How long a bucket is kept after its first record, seconds: 96 h. */
export const keepSeconds = 96 * 3_600;
/** Bytes of one time line. */
export const longestTimeline = 2_000;

/** The buckets of a delivery: all in one slot, that of its shard. */
export interface LedgerKeys {
  readonly ledger: string;
  readonly timeline: string;
  readonly statuses: string;
  readonly receipts: string;
  readonly sent: string;
  readonly doubtful: string;
}

/** `<p>` is the prefix, the shard the last character of the delivery's id, and the bucket the hour of its event's time. */
export function ledgerKeys(prefix: string): {
  of(delivery: DeliveryReference): LedgerKeys;
  /** One of them alone, for those who ask for thousands. */
  bucketOf(name: "ledger" | "sent", delivery: DeliveryReference): string;
  doubtful(letter: string): string;
} {
  const shard = (letter: string): string => `${prefix}:{${letter}}`;
  const doubtful = (letter: string): string => `${shard(letter)}:ledger-doubtful`;
  return {
    doubtful,
    bucketOf: (name, { id, event }) => `${prefix}:{${id.at(-1)!}}:${name}:${hourOf(event.time)}`,
    of({ id, event }) {
      const letter = id.at(-1)!;
      const hour = hourOf(event.time);
      const bucket = (name: string): string => `${shard(letter)}:${name}:${hour}`;
      return {
        ledger: bucket("ledger"),
        timeline: bucket("timeline"),
        statuses: bucket("statuses"),
        receipts: bucket("receipts"),
        sent: bucket("sent"),
        doubtful: doubtful(letter),
      };
    },
  };
}

function hourOf(time: string): number {
  return Math.floor(Date.parse(time) / 3_600_000);
}
