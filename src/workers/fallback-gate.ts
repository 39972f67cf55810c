import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Delivery } from "../define/delivery.ts";
import type { FirstOfPlace } from "../define/first-of-place.ts";
import type { Job } from "../queues/delivery-queue.ts";
import { type KnownDelivery, turnOf } from "./fallback-turn.ts";
import type { DeliveryQueues, Followers } from "./followers.ts";
import type { Ledger, LedgerKey } from "./ledger.ts";

export interface FallbackGateOptions {
  readonly ledger: Ledger;
  readonly queues: DeliveryQueues;
  readonly followers: Followers;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a delivery that stands in a `firstOf` does now. */
export type GateAnswer =
  | { readonly kind: "go" }
  | { readonly kind: "not needed"; readonly reason: string }
  /** It comes back with this content, after so many milliseconds or when it is woken. */
  | { readonly kind: "wait"; readonly reason: string; readonly after: number; readonly content: Delivery };

/** A step before is being sent, or Redis did not answer. */
export const soonMs = 1_000;
/** What looks for the first time so much later than planned was routed late, with the steps before it. */
const lateMs = 10_000;

/**
 * Whose turn it is, asked for every delivery before anything else is done for it. It only reads until its turn has come: then those whose
 * time is over are ended first, and its turn is kept with the job. Whatever dies in between, the next worker comes to the same.
 */
export function fallbackGate({
  ledger,
  queues,
  followers,
  clock,
  logger,
}: FallbackGateOptions): (job: Job<Delivery>) => Promise<GateAnswer> {
  return async ({ content: delivery, save }) => {
    const { firstOf } = delivery;
    if (firstOf === undefined || firstOf.step === 0) return { kind: "go" };
    try {
      const known = await knownBefore(delivery, firstOf);
      const now = clock.now();
      const place: FirstOfPlace = { ...firstOf, since: sinceWhen(delivery, firstOf, known.flat()), looked: true };
      const turn = turnOf(place, known, now);
      if (turn.kind === "not needed") return turn;
      if (turn.kind === "wait") {
        // What comes too late is dropped when it does.
        const after = Math.max(1, Math.min(turn.until, delivery.expiresAt ?? Infinity) - now);
        return { kind: "wait", reason: turn.reason, after, content: { ...delivery, firstOf: place } };
      }
      if (firstOf.turn === undefined) {
        const ended = await followers.end(
          delivery,
          turn.over,
          `its time was over: ${firstOf.steps[firstOf.step]!.route} goes in its place`,
        );
        if (ended === "busy") return { kind: "wait", reason: `waits for what is being sent right now`, after: soonMs, content: delivery };
        await ledger.note(delivery, { step: "turn", detail: turn.reason });
        await save({ ...delivery, firstOf: { ...place, turn: true } });
      }
      return { kind: "go" };
    } catch (error) {
      logger.warn(
        { delivery: delivery.id, error: messageOf(error) },
        "it could not be seen whether a delivery is needed; it looks again later",
      );
      return { kind: "wait", reason: "what became of the steps before it could not be seen", after: soonMs, content: delivery };
    }
  };

  async function knownBefore({ event }: Delivery, { steps, step }: FirstOfPlace): Promise<readonly (readonly KnownDelivery[])[]> {
    return Promise.all(
      steps.slice(0, step).map(async ({ channel, ids }) => {
        const all = await knownOf(
          ledger,
          ids.map((id) => ({ id, event })),
        );
        return Promise.all(
          all.map(async (known) => {
            const ended = known.standing !== "open" && known.standing !== "busy";
            return ended ? known : { ...known, job: (await queues(channel).find(known.id))?.state };
          }),
        );
      }),
    );
  }

  /** From when unsent steps have their time: an event that is routed late, or again, must not send all of its steps at once. */
  function sinceWhen({ notBefore = 0 }: Delivery, { since, looked }: FirstOfPlace, known: readonly KnownDelivery[]): number {
    const late = looked === undefined && clock.now() - notBefore > lateMs;
    return late && known.every(({ standing }) => standing === "open") ? clock.now() : since;
  }
}

/** What ledger and providers say of deliveries, in the order given. */
export async function knownOf(ledger: Ledger, deliveries: readonly LedgerKey[]): Promise<readonly KnownDelivery[]> {
  const [standings, statuses, receipts] = await Promise.all([
    ledger.standings(deliveries),
    ledger.statuses(deliveries),
    ledger.receipts(deliveries),
  ]);
  return deliveries.map(({ id }, index) => ({
    id,
    standing: standings[index]!,
    status: statuses[index]?.status,
    // What was sent before it stood in a firstOf is waited for by nobody.
    acceptedAt: receipts[index]?.firstOf === undefined ? undefined : receipts[index].at,
  }));
}
