import { messageOf } from "../base/errors.ts";
import type { Locks } from "../base/locks.ts";
import type { Pace } from "../base/pace.ts";
import type { Rounds } from "../base/rounds.ts";
import type { ConsentNotice, Notice } from "../define/notice.ts";
import { type CallbackReader, UnreadableCallback } from "../providers/index.ts";
import { startExpiry } from "../queues/expiry.ts";
import type { DeliveryQueue, Job, QueueWorker, Verdict } from "../queues/delivery-queue.ts";
import { applyNotices } from "./apply-notices.ts";
import { applyStatus, type ApplyStatusOptions } from "./apply-status.ts";
import type { CallbackJob, CallbackRecord, SleepingJob } from "./callback-record.ts";
import type { DueReceipts } from "./due-receipts.ts";
import { receiptPolling } from "./receipt-polling.ts";
import type { AskReceipts } from "./receipt-round.ts";
import type { Worker } from "./worker.ts";

export interface CallbackWorkerOptions extends ApplyStatusOptions {
  readonly queue: DeliveryQueue<CallbackJob>;
  /** By the names that records have. */
  readonly readers: ReadonlyMap<string, CallbackReader>;
  /** What a reader wants. The same one again must change nothing. */
  readonly applyConsent: (notice: ConsentNotice) => Promise<unknown>;
  /** Those providers that do not call back. */
  readonly asked: ReadonlyMap<string, AskReceipts>;
  readonly dueReceipts: DueReceipts;
  readonly locks: Locks;
  readonly pace: Pace;
  /** Callbacks under way at once in this process. */
  readonly concurrency: number;
  /** Dead letters, and callbacks that were applied, are removed after so many milliseconds. */
  readonly keepDeadLetters: number;
  readonly keepFinished: number;
}

/** This build has no reader of that name: a newer one may have. */
const unknownMs = 30_000;
/** A job is put back by its worker in a moment. */
const asleepMs = 1_000;
/** The id of a message is written down in a moment. */
const earlyMs = 5_000;

/**
 * Reads what providers call back with, and applies it. A callback's way: find its reader → read → apply each notice → wake the jobs that were
 * with a worker then. Whatever dies in between, all of it is done again, and what was done changes nothing.
 */
export function createCallbackWorker(options: CallbackWorkerOptions): Worker {
  const { queue, readers, asked, queues, applyConsent, observe, logger, concurrency } = options;
  const applying = { applyStatus: applyStatus(options), applyConsent };
  const poll = receiptPolling({ ...options, ...applying, asked });
  let running: QueueWorker | undefined;
  let expiry: Rounds | undefined;

  const wakeAgain = async ({ asleep = [], ...record }: CallbackRecord): Promise<Verdict<CallbackJob>> => {
    const each = await Promise.all(asleep.map(async (job) => ((await queues(job.channel).wake([job.id])).length > 0 ? [job] : [])));
    return putBack(record, each.flat());
  };

  const apply = async (record: CallbackRecord): Promise<Verdict<CallbackJob>> => {
    const { provider, receivedAt, callback } = record;
    const reader = readers.get(provider);
    if (reader === undefined) return { kind: "again", after: unknownMs };
    let notices: readonly Notice[];
    try {
      notices = reader.read(callback);
    } catch (error) {
      if (!(error instanceof UnreadableCallback)) throw error;
      logger.error(
        { provider, callback: record.id, error: error.message },
        "a callback could not be read; it is a dead letter of callbacks",
      );
      return { kind: "dead", reason: `${provider}: ${error.message}`, error };
    }
    const { asleep, early, ...tally } = await applyNotices(notices, { provider, receivedAt }, applying);
    if (early > 0) return { kind: "again", after: earlyMs };
    observe("reported", { provider, ...tally });
    return putBack(record, asleep);
  };

  const handle = async (job: Job<CallbackJob>): Promise<Verdict<CallbackJob>> => {
    const { content } = job;
    try {
      if ("ask" in content) return await poll({ ...job, content });
      return await (content.asleep === undefined ? apply(content) : wakeAgain(content));
    } catch (error) {
      const reason = `${"ask" in content ? content.ask : content.provider}: ${messageOf(error)}`;
      logger.warn(
        { callback: content.id, attempt: job.attempt, error: messageOf(error) },
        "a callback could not be applied; it is tried again",
      );
      return { kind: "failed", reason, error };
    }
  };

  return {
    async start() {
      running = queue.work(handle, {
        concurrency,
        onGivenUp: ({ id }, reason) => logger.error({ callback: id, reason }, "a callback became a dead letter of callbacks"),
      });
      await running.ready();
      expiry = startExpiry({ ...options, every: options.pace.rounds });
    },
    async stop(deadline) {
      await expiry?.stop();
      await running?.stop(deadline);
    },
  };
}

function putBack(record: CallbackRecord, asleep: readonly SleepingJob[]): Verdict<CallbackJob> {
  return asleep.length === 0 ? { kind: "done", end: "applied" } : { kind: "again", after: asleepMs, content: { ...record, asleep } };
}
