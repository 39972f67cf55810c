import { randomBytes } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { lease } from "../base/pace.ts";
import { type Channel, SealedDelivery, type SendResult, UnrenderableDelivery } from "../channels/channel.ts";
import type { Catalog } from "../define/catalog.ts";
import type { Delivery } from "../define/delivery.ts";
import type { Progress } from "../define/handler.ts";
import type { Observe } from "../define/observation.ts";
import { backoff } from "../define/policy.ts";
import { deliveryReference } from "../define/reference.ts";
import type { AnyRoute } from "../define/route.ts";
import type { Job, Verdict } from "../queues/delivery-queue.ts";
import { reportsLater } from "../providers/index.ts";
import { withCurrentEvent } from "./current-event.ts";
import { findRoute } from "./find-route.ts";
import type { Ledger, TimelineStep } from "./ledger.ts";
import type { TrackMessage } from "./track-messages.ts";
import { type Receipt, receiptOf, type Settled } from "./statuses.ts";
import { suppressedReason } from "./suppressed-reason.ts";
import type { Suppressions } from "./suppressions.ts";
import { decide } from "./verdict.ts";
import { withhold } from "./withhold.ts";

export interface DeliverOptions {
  readonly catalog: Catalog;
  readonly channel: Channel;
  readonly ledger: Ledger;
  readonly suppressions: Suppressions;
  readonly track: TrackMessage;
  readonly clock: Clock;
  readonly observe: Observe;
  /** What is kept of a message that was sent. */
  readonly keepSent: (route: AnyRoute, delivery: Delivery, message: unknown) => string | undefined;
  readonly logger: Logger;
  /** Milliseconds that one try may take, all providers together. */
  readonly timeout: number;
}

/** A claim holds as long as the job's lock, so that a killed worker's delivery is free when its job is. */
const { lasts: leaseMs, renewed: renewMs } = lease;
/** A delivery whose workers died so often while sending it is poison. */
const mostDeaths = 5;
/** Redis did not take the claim. */
const claimAgainMs = 1_000;
/** It is known not to have arrived, and goes again. */
const returnedMs = 1_000;
/** What this build does not know is left to a newer one. */
const unknownMs = 30_000;

/**
 * A delivery's way through a worker: find its route → render, and look whether its address is suppressed → claim → send → mark.
 * Rendering comes first, so that the claim is the last thing before the send; whatever dies in between is found in the ledger by the next worker.
 */
export function deliver({
  catalog,
  channel,
  ledger,
  suppressions,
  track,
  keepSent,
  clock,
  observe,
  logger,
  timeout,
}: DeliverOptions): (job: Job<Delivery>) => Promise<Verdict> {
  const withholding = withhold({ suppressions, clock, logger });
  return async (job) => {
    const { content: delivery, attempt } = job;
    if (delivery.refusal !== undefined) return dead(delivery, delivery.refusal);
    if (delivery.expiresAt !== undefined && delivery.expiresAt <= clock.now()) return expired(delivery, delivery.expiresAt);

    const route = findRoute(catalog, delivery);
    if (typeof route === "string") return later(delivery, route, unknownMs);

    // Beside the rendering, so that it takes no time of its own.
    const looking = withholding.entryFor(delivery, route);
    let message: unknown;
    try {
      message = await channel.render(route, withCurrentEvent(catalog, delivery));
    } catch (error) {
      if (error instanceof UnrenderableDelivery) return dead(delivery, error.message, error);
      if (error instanceof SealedDelivery) return later(delivery, error.message, unknownMs);
      return failed(delivery, attempt, `cannot be rendered: ${messageOf(error)}`, error);
    }

    const entry = await looking;
    if (entry === "unanswered") return { kind: "again", after: claimAgainMs };

    const token = randomBytes(9).toString("base64url");
    const claimedAt = clock.now();
    const claiming = { token, lease: leaseMs, mostDeaths, now: claimedAt, hold: delivery.policy.hold };
    const claim = await ledger.claim(delivery, claiming).catch((error: unknown) => {
      // Nothing was tried, so nothing is burned.
      logger.warn({ delivery: delivery.id, error: messageOf(error) }, "a delivery could not be claimed; it comes back later");
      return { kind: "busy", after: claimAgainMs } as const;
    });
    switch (claim.kind) {
      case "sent":
      case "suppressed":
      case "cancelled":
        return { kind: "done", end: claim.kind };
      case "dead":
        return { kind: "dead", reason: claim.reason };
      case "busy":
        return { kind: "again", after: claim.after + 50 };
      case "held":
        if (claim.begun) observe("held", { delivery, reason: "its worker died while sending it", after: claim.after });
        return { kind: "again", after: claim.after };
      case "given up":
        observe("dead", { delivery, reason: claim.reason });
        return { kind: "dead", reason: claim.reason };
      case "proved":
        proved(delivery, claim);
        return { kind: "done", end: "sent" };
      case "poison":
        return dead(delivery, `poison: its worker died ${claim.deaths} times while sending it`);
      case "go":
        if (claim.doubtful) observe("doubtful", { delivery, reason: "an earlier try may have come through" });
    }
    if (entry !== undefined) return withheld(delivery, token, suppressedReason(entry));
    // A process that was paused right here wakes up with a claim that is somebody else's by now.
    if (clock.now() - claimedAt > leaseMs / 2 && !(await ledger.renew(delivery, token, leaseMs).catch(() => false)))
      return { kind: "again", after: leaseMs };

    const result = await sendUnderLease(message, { job, token, limit: timeLimit(route) });
    const { outcome, provider, before } = result;
    const { mark, verdict } = decide(outcome, { attempt, policy: delivery.policy, provider, before, now: clock.now() });
    const receipt = outcome.kind === "sent" ? await receiptFor(delivery, provider, outcome.messageId) : undefined;
    const ended = mark.kind === "sent" ? { ...mark, receipt, record: keepSent(route, delivery, message) } : mark;
    const marked = await ledger.mark(delivery, token, ended).catch((error: unknown) => {
      // The queue still learns how it ended. If that fails too, the next worker finds the claim and is doubtful.
      const facts = { delivery: delivery.id, outcome: outcome.kind, error: messageOf(error) };
      logger.error(facts, "an outcome could not be recorded in the ledger");
      return "unrecorded" as const;
    });
    if (marked === "late" && outcome.kind === "sent") {
      observe("doubtful", { delivery, reason: "it was sent after its claim had passed to another worker" });
    }
    if (outcome.kind === "suppress") await withholding.keep(delivery, outcome, provider);
    if (marked === "sent" || marked === "free" || marked === "dead" || marked === "suppressed") return settled(delivery, provider, marked);
    report(delivery, attempt, verdict, result);
    return verdict.kind === "failed" || verdict.kind === "dead" ? { ...verdict, error: result.error } : verdict;
  };

  /** Milliseconds that one try may take. */
  function timeLimit(route: AnyRoute): number {
    return route.channel === "handler" && route.timeout !== undefined ? milliseconds(route.timeout, "timeout") : timeout;
  }

  async function sendUnderLease(
    message: unknown,
    { job, token, limit: within }: { readonly job: Job<Delivery>; readonly token: string; readonly limit: number },
  ): Promise<SendResult> {
    const { content: delivery, attempt: number } = job;
    const limit = deadline(job.signal, within);
    const progress = (how: Progress): void => {
      observe("progress", { delivery, progress: how });
      job
        .progress(how)
        .catch((error: unknown) => logger.debug({ delivery: delivery.id, error: messageOf(error) }, "progress was not kept"));
    };
    const renewal = setInterval(() => {
      ledger.renew(delivery, token, leaseMs).then(
        (ours) => ours || limit.abort("the claim passed to another worker"),
        (error: unknown) => logger.debug({ delivery: delivery.id, error: messageOf(error) }, "a claim could not be renewed"),
      );
    }, renewMs);
    try {
      return await channel.send(message, {
        deliveryId: delivery.id,
        reference: deliveryReference(delivery),
        signal: limit.signal,
        number,
        progress,
      });
    } finally {
      clearInterval(renewal);
      limit.clear();
    }
  }

  /** A time line is for people: it never decides what becomes of a delivery. */
  async function note(delivery: Delivery, step: TimelineStep): Promise<void> {
    await ledger
      .note(delivery, step)
      .catch((error: unknown) => logger.warn({ delivery: delivery.id, error: messageOf(error) }, "a step of a time line is missing"));
  }

  /** Those behind it in a `firstOf` go by the ledger, which else knows only of what was claimed. */
  async function noteEnd(delivery: Delivery, end: TimelineStep & { readonly step: "dead" | "expired" }): Promise<void> {
    if (delivery.firstOf === undefined) return note(delivery, end);
    await ledger
      .cancel(delivery, end)
      .catch((error: unknown) => logger.warn({ delivery: delivery.id, error: messageOf(error) }, "an end is missing in the ledger"));
  }

  async function dead(delivery: Delivery, reason: string, error?: unknown): Promise<Verdict> {
    await noteEnd(delivery, { step: "dead", detail: reason });
    observe("dead", { delivery, reason });
    return { kind: "dead", reason, error };
  }

  async function expired(delivery: Delivery, at: number): Promise<Verdict> {
    // It may be here only because a report proved that it was sent in time.
    const standing = await ledger.standings([delivery]).catch(() => []);
    if (standing[0] === "sent") return { kind: "done", end: "sent" };
    const reason = `it was to be sent before ${new Date(at).toISOString()}`;
    await noteEnd(delivery, { step: "expired", detail: reason });
    observe("expired", { delivery, reason });
    return { kind: "done", end: "expired" };
  }

  /** Known not to be wanted, and the claim is ours: where the mark does not come through, whoever takes the claim over sees the same. */
  async function withheld(delivery: Delivery, token: string, reason: string): Promise<Verdict> {
    try {
      await ledger.mark(delivery, token, { kind: "suppressed", detail: reason });
    } catch (error) {
      logger.warn({ delivery: delivery.id, error: messageOf(error) }, "a suppressed delivery could not be recorded; it comes back later");
      return { kind: "again", after: claimAgainMs };
    }
    observe("suppressed", { delivery, reason });
    return { kind: "done", end: "suppressed" };
  }

  /** What is kept of a message whose provider may say more of it later. */
  async function receiptFor(delivery: Delivery, provider: string, messageId: string | undefined): Promise<Receipt | undefined> {
    if (!reportsLater(provider)) return undefined;
    if (messageId !== undefined)
      await track(delivery, provider, messageId).catch((error: unknown) =>
        logger.error({ delivery: delivery.id, provider, error: messageOf(error) }, "what becomes of a message will not be known"),
      );
    return receiptOf(delivery, { provider, messageId, at: clock.now() });
  }

  /** Its provider reported what became of it before its answer came, or in place of it. */
  function settled(delivery: Delivery, provider: string, as: Settled): Verdict {
    const reason = `${provider} reported that it did not arrive`;
    switch (as) {
      case "sent":
        proved(delivery, { provider, messageId: undefined });
        return { kind: "done", end: "sent" };
      case "free":
        observe("retrying", { delivery, reason, after: returnedMs, burned: false });
        return { kind: "again", after: returnedMs };
      case "dead":
        observe("dead", { delivery, reason });
        return { kind: "dead", reason };
      case "suppressed":
        observe("suppressed", { delivery, reason });
        return { kind: "done", end: "suppressed" };
    }
  }

  function proved(
    delivery: Delivery,
    { provider, messageId }: { readonly provider: string; readonly messageId: string | undefined },
  ): void {
    observe("sent", { delivery, provider, messageId, milliseconds: clock.now() - Date.parse(delivery.event.time) });
  }

  async function failed(delivery: Delivery, attempt: number, reason: string, error: unknown): Promise<Verdict> {
    if (attempt >= delivery.policy.attempts) return dead(delivery, reason, error);
    await note(delivery, { step: "retry", detail: reason });
    observe("retrying", { delivery, reason, after: backoff(delivery.policy, attempt, 0), burned: true });
    return { kind: "failed", reason, error };
  }

  async function later(delivery: Delivery, reason: string, after: number): Promise<Verdict> {
    await note(delivery, { step: "deferred", detail: reason });
    observe("retrying", { delivery, reason, after, burned: false });
    return { kind: "again", after };
  }

  function report(delivery: Delivery, attempt: number, verdict: Verdict, { outcome, provider }: SendResult): void {
    const reason = outcome.kind === "sent" ? "" : `${provider}: ${outcome.reason}`;
    if (outcome.kind === "sent") {
      observe("sent", { delivery, provider, messageId: outcome.messageId, milliseconds: clock.now() - Date.parse(delivery.event.time) });
    } else if (outcome.kind === "suppress") observe("suppressed", { delivery, reason });
    else if (verdict.kind === "dead") observe("dead", { delivery, reason: verdict.reason });
    else if (outcome.kind === "unknown" && verdict.kind === "again") observe("held", { delivery, reason, after: verdict.after });
    else if (verdict.kind === "again") observe("retrying", { delivery, reason, after: verdict.after, burned: false });
    else observe("retrying", { delivery, reason, after: backoff(delivery.policy, attempt, 0), burned: true });
  }
}
