import type { Job as BullJob } from "bullmq";
import type { DeadLetter } from "./delivery-queue.ts";
import { stalledReason } from "./stalled-reason.ts";

/** What a failed job of BullMQ says as a dead letter. */
export function deadLetterOf<Content>(job: BullJob<Content>): DeadLetter<Content> {
  return {
    content: job.data,
    reason: job.failedReason === undefined ? "unknown" : failedReason(job.failedReason),
    attempts: job.attemptsMade,
    firstAt: job.timestamp,
    lastAt: job.finishedOn ?? job.timestamp,
    stack: job.stacktrace ?? [],
    build: job.processedBy,
  };
}

/** Why a try failed, in our words. */
export function failedReason(said: string): string {
  return stalledReason(said) ?? said;
}
