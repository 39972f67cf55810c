import type { Receipt, Settled, Statuses } from "./statuses.ts";

/**
 * The ledger makes retries safe: it knows of each delivery whether somebody is sending it, and how it ended.
 *
 * The contract:
 * - `claim` is the last step before a send; of two claims of one delivery at most one is told to go while its lease lasts.
 * - A lease that ran out means that its holder died, or was paused, between claim and mark: its send may have happened.
 *   The next claim goes, and says `doubtful`.
 * - `mark` is for the holder of the claim. A `sent` that comes late is recorded all the same, because it is true.
 * - What a provider reported before the mark, or before a dead holder's claim is taken over, settles it.
 */
export interface Ledger extends Statuses {
  claim(delivery: LedgerKey, options: ClaimOptions): Promise<Claim>;
  /** True while the claim is still ours. */
  renew(delivery: LedgerKey, token: string, lease: number): Promise<boolean>;
  mark(delivery: LedgerKey, token: string, mark: Mark): Promise<Marked>;
  /** Opens a dead delivery again, or also one whose address was suppressed; `open`, unless it ended otherwise or is being sent right now. */
  reopen(delivery: LedgerKey, options?: { readonly suppressed?: boolean }): Promise<"open" | "sent" | "suppressed" | "cancelled" | "busy">;
  /**
   * Ends a delivery unsent, unless it ended before or is being sent right now. Whoever claims it later is told. Twice is fine. As `dead` it can
   * be opened again; as `discarded`, a dead one ends for good.
   */
  cancel(
    delivery: LedgerKey,
    end: TimelineStep & { readonly step: "cancelled" | "discarded" | "dead" | "expired" },
  ): Promise<"cancelled" | "sent" | "suppressed" | "dead" | "busy">;
  /** Where deliveries stand: `open` is everything that has not ended and is not being sent. */
  standings(deliveries: readonly LedgerKey[]): Promise<readonly LedgerStanding[]>;
  /** What was sent, in their order, as JSON that `parseSent` reads; undefined where nothing of it is kept. */
  sent(deliveries: readonly LedgerKey[]): Promise<readonly (string | undefined)[]>;
  /** Notes a step in the delivery's time line. */
  note(delivery: LedgerKey, step: TimelineStep): Promise<void>;
  /** Takes away what is kept of a delivery in words: reasons, receipts, reports. What happened when, and how it ended, stays; false: there was nothing. */
  forget(delivery: LedgerKey): Promise<boolean>;
  /** How many sends followed one that may have been accepted: an upper bound of the duplicates. */
  doubtful(): Promise<number>;
  /** What happened to a delivery, oldest first. */
  timeline(delivery: LedgerKey): Promise<readonly TimelineEntry[]>;
}

export type LedgerStanding = "open" | "busy" | "sent" | "suppressed" | "dead" | "cancelled";

/** The event's time chooses the bucket, so that each repetition of a delivery finds it. */
export interface LedgerKey {
  readonly id: string;
  readonly event: { readonly time: string };
}

export interface ClaimOptions {
  readonly token: string;
  /** Milliseconds that the claim holds without a renewal. */
  readonly lease: number;
  /** A delivery whose holders died this often is poison. */
  readonly mostDeaths: number;
  /** Milliseconds since 1970, by the worker's clock. */
  readonly now: number;
  /** What may have been sent is not sent again, but held for so many milliseconds. Default: it is sent again. */
  readonly hold?: number | undefined;
}

export type Claim =
  | { readonly kind: "go"; /** the last holder died: its send may have happened */ readonly doubtful: boolean }
  /** It ended before: complete the job, send nothing. */
  | { readonly kind: "sent" }
  | { readonly kind: "suppressed" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "dead"; readonly reason: string }
  /** Somebody else is sending it; milliseconds until their lease ends. */
  | { readonly kind: "busy"; readonly after: number }
  /** It may have been sent, and waits for word of that; milliseconds until it is given up. `begun`: from now on. */
  | { readonly kind: "held"; readonly after: number; readonly begun: boolean }
  /** Its last holder died, and a report says that its send came through: it is sent from now on. */
  | { readonly kind: "proved"; readonly provider: string; readonly messageId: string | undefined }
  /** It may have been sent, and there was no word of it in its time, or its last holder died and a report says that it can not arrive: it is dead from now on. */
  | { readonly kind: "given up"; readonly reason: string }
  | { readonly kind: "poison"; readonly deaths: number };

/** `late`: the claim was somebody else's by then. Where a report came before the mark and says otherwise: what it makes of the delivery. */
export type Marked = "marked" | "late" | Settled;

export type Mark =
  | {
      readonly kind: "sent";
      readonly detail: string;
      /** for the statuses that come later */ readonly receipt?: Receipt | undefined;
      /** what was sent, to be compared */ readonly record?: string | undefined;
    }
  | { readonly kind: "suppressed" | "dead"; readonly detail: string }
  /** Given up, although its last try may have been accepted. */
  | { readonly kind: "deadInDoubt"; readonly detail: string }
  /** Known not sent: the claim is free again at once. */
  | { readonly kind: "free"; readonly detail: string }
  /** Perhaps sent: the claim is free again, and the next one is doubtful. */
  | { readonly kind: "doubtful"; readonly detail: string }
  /** Perhaps sent, and not sent again: it waits for word of it until then, milliseconds since 1970 by the worker's clock. */
  | { readonly kind: "held"; readonly detail: string; readonly until: number };

/** The steps of a time line, each stored as one letter. */
export const timelineSteps = {
  sent: "s",
  suppressed: "p",
  dead: "d",
  retry: "r",
  doubtful: "u",
  takeover: "t",
  /** a success after the claim had passed on: true all the same */
  late: "l",
  /** a failure after the claim had passed on: it changes nothing */
  stale: "o",
  deferred: "w",
  /** it may have been sent, and waits for word of that */
  held: "h",
  /** dropped unsent, because it came too late */
  expired: "x",
  /** a person queued a dead letter again */
  redriven: "q",
  /** a person ended it before it was sent, or another step of its `firstOf` made it needless */
  cancelled: "n",
  /** its turn in a `firstOf` has come */
  turn: "v",
  /** a person gave a dead letter up */
  discarded: "z",
  /** a person changed the data of a dead letter */
  edited: "e",
  /** a provider's report proves that it was sent */
  confirmed: "c",
  /** a provider reports that it did not arrive: it is sent again */
  returned: "b",
} as const;

export type TimelineStepName = keyof typeof timelineSteps;

export interface TimelineStep {
  readonly step: TimelineStepName;
  readonly detail: string;
}

export interface TimelineEntry extends TimelineStep {
  /** Milliseconds since 1970, by Redis' clock. */
  readonly at: number;
}
