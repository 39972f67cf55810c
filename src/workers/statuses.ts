import type { Delivery } from "../define/delivery.ts";
import type { FirstOfPlace } from "../define/first-of-place.ts";
import type { DeliveryReference } from "../define/reference.ts";
import type { DeliveryStatus } from "../define/status.ts";

/**
 * What providers say of deliveries after they took them, and what is known of each for that.
 *
 * The contract:
 * - The highest status that was ever reported is the delivery's, in whatever order they come. The same one of the same message, reported
 *   again, changes nothing.
 * - A report settles doubt: what may have been sent, and is reported to have left, is sent from then on; what is held, and is reported not
 *   to have arrived, is free again, dead or suppressed. Of two reports of one message the higher status decides.
 * - A report may come before the send is marked: it is kept, and settles the mark, or the claim of whoever takes over.
 * - Each rise of the status is `untold` until it was told. Whoever tells one tells those below it first: then they are told in their order, whoever is
 *   the quicker, and none is lost with the process that recorded it.
 * - Of what the ledger does not know (another application's, or past its 96 h) nothing is recorded.
 */
export interface Statuses {
  report(delivery: DeliveryReference, report: StatusReport): Promise<Reported>;
  /** Its rise to a status, and all those below, were told: they are `untold` no more. */
  told(delivery: DeliveryReference, status: DeliveryStatus): Promise<void>;
  /** What was reported of each delivery, in the order given. */
  statuses(deliveries: readonly DeliveryReference[]): Promise<readonly DeliveryStatuses[]>;
  /** What was written down when each was accepted by a provider; undefined of what was not, or whose provider never says more. */
  receipts(deliveries: readonly DeliveryReference[]): Promise<readonly (Receipt | undefined)[]>;
}

export interface StatusReport {
  readonly status: DeliveryStatus;
  /** As the provider is configured. */
  readonly provider: string;
  /** The provider's own id of the message. */
  readonly messageId?: string | undefined;
  /** When it happened, milliseconds since 1970. */
  readonly at: number;
  /** The provider's words or code, one line. */
  readonly reason?: string | undefined;
  /** What follows for the message where it did not arrive. Default: of `failed` that it can never work, of all else that it was sent. */
  readonly outcome?: "retry" | "pause" | "reject" | "suppress" | undefined;
}

export type Reported =
  | { readonly kind: "unknown" }
  | {
      readonly kind: "recorded" | "repeated";
      /** The statuses by which the delivery rose and that nobody has told yet, the lowest first. */
      readonly untold: readonly StatusEntry[];
      /** How the doubt about the delivery ended by this report, now or when it came first; undefined where there was none. */
      readonly settled: Settled | undefined;
      /** The delivery's status from now on. */
      readonly status: DeliveryStatus;
      /** Milliseconds since it came first; 0 of one that is not repeated. */
      readonly age: number;
    };

/** What became of a doubtful delivery: `sent`, `free` to be sent again, or ended unsent. */
export type Settled = "sent" | "free" | "dead" | "suppressed";

export interface DeliveryStatuses {
  /** The highest; undefined where nothing was reported. */
  readonly status: DeliveryStatus | undefined;
  /** In the order in which they came to be known. */
  readonly entries: readonly StatusEntry[];
}

export interface StatusEntry {
  readonly status: DeliveryStatus;
  /** When it happened, by the provider's clock where it says; milliseconds since 1970. */
  readonly at: number;
  readonly provider: string;
  readonly messageId?: string;
  readonly reason?: string;
}

/** What is kept of a delivery that a provider accepted, for as long as the ledger: its later statuses are told with it. */
export interface Receipt {
  readonly event: { readonly id: string; readonly type: string };
  readonly subscriber: string;
  readonly route: string;
  readonly channel: string;
  readonly to: string;
  readonly provider: string;
  readonly messageId?: string;
  /** When the provider accepted it, milliseconds since 1970 by the worker's clock. */
  readonly at: number;
  /** Where it is not `transactional`. */
  readonly category?: string;
  /** Where it stands in a `firstOf`. */
  readonly firstOf?: Pick<FirstOfPlace, "until" | "steps" | "step">;
}

export function receiptOf(
  { event: { id, type }, subscriber, route, channel, to, category, firstOf }: Delivery,
  { provider, messageId, at }: { readonly provider: string; readonly messageId: string | undefined; readonly at: number },
): Receipt {
  return {
    event: { id, type },
    subscriber,
    route,
    channel,
    to,
    provider,
    ...(messageId === undefined ? {} : { messageId }),
    at,
    ...(category === undefined ? {} : { category }),
    ...(firstOf === undefined ? {} : { firstOf: { until: firstOf.until, steps: firstOf.steps, step: firstOf.step } }),
  };
}

/** True of the end of a delivery that its provider reported later, as status-lines.lua says it: nothing was tried then. Pure. */
export function isReported(detail: string): boolean {
  return /^.{1,60} reported (failed|bounced)(:|$)/.test(detail);
}
