import type { Duration } from "../base/duration.ts";
import type { DeliveryStatus } from "../define/status.ts";

/**
 * What a vendor is to tell of a message that it took: exactly one of `status`, `answer` and `word`, and how it comes. What can be told
 * depends on the vendor.
 */
export interface Telling {
  /**
   * What became of it. Several are told one after the other as they stand here, however they happened: `["read", "delivered"]` tells them
   * out of order.
   */
  readonly status?: DeliveryStatus | readonly DeliveryStatus[];
  /** What its reader writes back, such as `STOP` or `START`. Of SMS and WhatsApp by Twilio and Meta. */
  readonly answer?: string;
  /** The vendor's own word, where a status does not say it: `deferred`, `spamreport` or `dropped` of SendGrid, `queued` of Twilio. */
  readonly word?: string;
  /** The vendor's own code in place of the usual one, such as `30007` of Twilio, `131050` of Meta, `5.2.2` of a SendGrid bounce. */
  readonly code?: string;
  /** The vendor's words for why, in place of the usual ones. */
  readonly reason?: string;
  /** How often each is told, with the same ids, as vendors do who heard no answer. Default 1. */
  readonly times?: number;
  /** It is told so late, counted from now; at most an hour. Default: at once. */
  readonly delay?: Duration;
  /**
   * It comes from somebody else: `forged` is signed with a wrong key, `altered` was changed after it was signed, `replayed` has a true
   * signature of an hour ago. None of them is ever right to take.
   */
  readonly as?: TellingFraud;
}

export const tellingFrauds = ["forged", "altered", "replayed"] as const;
export type TellingFraud = (typeof tellingFrauds)[number];

/** What can be told of a message. */
export interface Tellable {
  readonly statuses: readonly DeliveryStatus[];
  readonly words: readonly string[];
  /** Its reader can write back. */
  readonly answers: boolean;
  readonly frauds: readonly TellingFraud[];
}

/** The statuses of a telling, in the order in which they are told. */
export function statusesIn({ status }: Telling): readonly DeliveryStatus[] {
  return status === undefined ? [] : typeof status === "string" ? [status] : status;
}
