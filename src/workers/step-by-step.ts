import { messageOf } from "../base/errors.ts";
import type { Delivery } from "../define/delivery.ts";
import type { Observe } from "../define/observation.ts";
import type { Job, Verdict } from "../queues/delivery-queue.ts";
import { fallbackGate, type FallbackGateOptions, type GateAnswer, knownOf, soonMs } from "./fallback-gate.ts";

export interface StepByStepOptions extends FallbackGateOptions {
  readonly observe: Observe;
}

type Handle = (job: Job<Delivery>) => Promise<Verdict<Delivery>>;

/**
 * The way of a delivery that stands in a `firstOf`, around its way through a worker: see whose turn it is → deliver → tell those behind it.
 * They are told before the queue learns of the end: of a worker that dies in between, the next one finds the end in the ledger, and tells them.
 */
export function stepByStep(options: StepByStepOptions, handle: (job: Job<Delivery>) => Promise<Verdict>): Handle {
  const { ledger, followers, clock, observe, logger } = options;
  const gate = fallbackGate(options);

  const notNeeded = async (job: Job<Delivery>, reason: string): Promise<Verdict> => {
    const { content: delivery } = job;
    const ended = await ledger.cancel(delivery, { step: "cancelled", detail: reason }).catch((error: unknown) => {
      logger.warn(
        { delivery: delivery.id, error: messageOf(error) },
        "a delivery that is not needed could not be ended; it comes back later",
      );
      return "busy" as const;
    });
    if (ended === "busy") return { kind: "again", after: soonMs };
    // It had ended before: its claim says how.
    if (ended !== "cancelled") return handle(job);
    observe("cancelled", { delivery, reason });
    return { kind: "done", end: ended };
  };

  const waits = async (
    delivery: Delivery,
    { reason, after, content }: Extract<GateAnswer, { kind: "wait" }>,
  ): Promise<Verdict<Delivery>> => {
    await ledger
      .note(delivery, { step: "deferred", detail: reason })
      .catch((error: unknown) => logger.warn({ delivery: delivery.id, error: messageOf(error) }, "a step of a time line is missing"));
    observe("waiting", { delivery, reason, after });
    return { kind: "again", after, content };
  };

  const tell = async (delivery: Delivery, verdict: Verdict<Delivery>): Promise<void> => {
    if (verdict.kind === "done" && verdict.end === "cancelled") {
      // Another step ended it while its job was with a worker.
      const said = (await ledger.timeline(delivery)).findLast(({ step }) => step === "cancelled");
      observe("cancelled", { delivery, reason: said?.detail ?? "" });
    }
    if (verdict.kind === "dead" || (verdict.kind === "done" && verdict.end !== "sent")) return followers.wake(delivery);
    if (verdict.kind !== "done") return;
    const [known] = await knownOf(ledger, [delivery]);
    await followers.heard(delivery, known!);
  };

  return async (job) => {
    const { content: delivery } = job;
    if (delivery.firstOf === undefined) return handle(job);
    const turn = await gate(job);
    if (turn.kind === "not needed") return notNeeded(job, turn.reason);
    const late = delivery.expiresAt !== undefined && delivery.expiresAt <= clock.now();
    const verdict = turn.kind === "wait" && !late ? await waits(delivery, turn) : await handle(job);
    await tell(delivery, verdict).catch((error: unknown) =>
      logger.warn(
        { delivery: delivery.id, error: messageOf(error) },
        "the next steps of a firstOf were not told; they look at their own time",
      ),
    );
    return verdict;
  };
}
