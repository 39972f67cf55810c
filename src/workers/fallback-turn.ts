import type { JobState } from "../queues/delivery-queue.ts";
import { type Arrival, type FirstOfPlace, type FirstOfStep, longestWait } from "../define/first-of-place.ts";
import { type DeliveryStatus, isArrival } from "../define/status.ts";
import type { LedgerStanding } from "./ledger.ts";

/** What is known of one delivery of a step before. */
export interface KnownDelivery {
  readonly id: string;
  readonly standing: LedgerStanding;
  /** Where its job is: looked up only where the ledger knows no end. */
  readonly job?: JobState | undefined;
  /** The highest that its provider reported. */
  readonly status?: DeliveryStatus | undefined;
  /** When a provider took it that reports later what became of it, milliseconds since 1970; undefined: nothing more is heard of it. */
  readonly acceptedAt?: number | undefined;
}

/** What a delivery that stands behind others in a `firstOf` does now. */
export type Turn =
  /** One before it arrived. */
  | { readonly kind: "not needed"; readonly reason: string }
  /** It is sent. Those of `over` are not, from now on: their time is over. */
  | { readonly kind: "go"; readonly reason: string; readonly over: readonly KnownDelivery[] }
  /** It looks again then, milliseconds since 1970, or when it is woken. */
  | { readonly kind: "wait"; readonly until: number; readonly reason: string };

/** Nobody waits longer than this for word that may have been lost; later looks come after as long as it has waited already. Milliseconds. */
const firstWaitMs = 60_000;

/**
 * Whose turn it is in a `firstOf`. Pure.
 * @param known what is known of the steps before it: their deliveries, in the order of the steps
 */
export function turnOf(place: FirstOfPlace, known: readonly (readonly KnownDelivery[])[], now: number): Turn {
  const looks = place.steps.slice(0, place.step).map((step, index) => lookAt(step, known[index] ?? [], { place, index, now }));
  const arrived = looks.find(({ kind }) => kind === "arrived");
  if (arrived !== undefined) return { kind: "not needed", reason: `not needed: ${arrived.what}` };

  const open = looks.filter(({ kind, limit }) => kind === "open" && place.turn === undefined && (limit ?? Infinity) > now);
  const due = open.length === 0 ? (place.due ?? 0) : 0;
  if (open.length === 0 && due <= now)
    return {
      kind: "go",
      reason: looks.map(({ what }) => what).join("; "),
      over: place.turn === undefined ? looks.flatMap(({ unsent }) => unsent) : [],
    };
  const again = now + Math.max(firstWaitMs, now - place.since);
  if (open.length === 0) return { kind: "wait", until: due, reason: "its turn came before its own time" };
  const limits = open.map(({ limit }) => limit ?? Infinity);
  const latest = Math.max(...limits);
  const end = Number.isFinite(latest) ? `, until ${new Date(latest).toISOString()} at the latest` : "";
  return { kind: "wait", until: Math.min(latest, again), reason: `waits for ${open.map(({ what }) => what).join("; ")}${end}` };
}

interface Look {
  readonly kind: "arrived" | "ended" | "open";
  /** What became of the step, for people. */
  readonly what: string;
  /** When an open one's time is over; undefined: never by itself. */
  readonly limit?: number | undefined;
  /** Its deliveries that may still be sent. */
  readonly unsent: readonly KnownDelivery[];
}

function lookAt(
  step: FirstOfStep,
  known: readonly KnownDelivery[],
  { place, index, now }: { readonly place: FirstOfPlace; readonly index: number; readonly now: number },
): Look {
  const { until, since, steps } = place;
  const seen = known.map((delivery) => ({ delivery, ...fateOf(delivery, until) }));
  const arrived = seen.find(({ kind }) => kind === "arrived");
  if (arrived !== undefined) return { kind: "arrived", what: `${step.route} ${arrived.what}`, unsent: [] };
  const open = seen.filter(({ kind }) => kind === "sent" || kind === "unsent");
  const unsent = open.flatMap(({ kind, delivery }) => (kind === "unsent" ? [delivery] : []));
  if (open.length === 0) return { kind: "ended", what: `${step.route} ${seen[0]?.what ?? "has no delivery"}`, unsent };
  // What nobody limits, and nobody reports to have failed, counts as arrived as long as it can be known at all.
  if (step.within === undefined && unsent.length === 0 && now >= since + longestWait)
    return { kind: "arrived", what: `${step.route} was accepted, and nothing was heard of it for 72 h`, unsent };

  const due = addUp(steps.slice(0, index + 1).map(({ within }) => within));
  const limits = open.map(({ kind, delivery }) =>
    kind === "sent" && delivery.acceptedAt !== undefined ? plus(delivery.acceptedAt, step.within) : plus(since, due),
  );
  const limit = limits.includes(undefined) ? undefined : Math.max(...(limits as number[]));
  const what =
    limit !== undefined && limit <= now
      ? `${step.route} was not ${unsent.length === open.length ? "sent" : until} in its time`
      : `${step.route}: it ${unsent.length === open.length ? "is not sent" : `was accepted, and not ${until}`} yet`;
  return { kind: "open", what, limit, unsent };
}

/** What has become of one delivery, in the light of what is to be known of it. Pure. */
export function fateOf(
  { standing, job, status, acceptedAt }: KnownDelivery,
  until: Arrival,
): { readonly kind: "arrived" | "ended" | "sent" | "unsent"; readonly what: string } {
  if (status === "opted out") return { kind: "arrived", what: "arrived, and its reader opted out" };
  if (status === "read") return { kind: "arrived", what: "was read" };
  if (status !== undefined && isArrival(status) && until !== "read") return { kind: "arrived", what: `was ${status}` };
  if (standing === "sent") {
    if (until === "accepted") return { kind: "arrived", what: "was accepted" };
    if (status === "failed" || status === "bounced") return { kind: "ended", what: status };
    if (until === "delivered" && acceptedAt === undefined && status === undefined)
      return { kind: "arrived", what: "was accepted, and its provider says no more" };
    return { kind: "sent", what: "was accepted" };
  }
  if (standing === "suppressed" || standing === "cancelled") return { kind: "ended", what: `was ${standing}` };
  if (standing === "dead" || job === "dead") return { kind: "ended", what: "is a dead letter" };
  // A finished job that the ledger does not know as sent was dropped.
  if (job === "completed") return { kind: "ended", what: "was not sent" };
  return { kind: "unsent", what: "is not sent" };
}

const addUp = (parts: readonly (number | undefined)[]): number | undefined =>
  parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part), 0 as number | undefined);
const plus = (time: number, more: number | undefined): number | undefined => (more === undefined ? undefined : time + more);
