import { type Clock, waitUntil } from "../base/clock.ts";
import { priorityNumber } from "./bullmq-words.ts";
import type { QueuedContent } from "./delivery-queue.ts";

/** What a content is as a job of BullMQ. */
export function newJob<Content extends QueuedContent>(
  content: Content,
  {
    name,
    clock,
    keepCompleted,
  }: { readonly name: string; readonly clock: Clock; readonly keepCompleted: { readonly age: number; readonly count: number } },
) {
  return {
    name,
    data: content,
    opts: {
      jobId: content.id,
      priority: priorityNumber[content.policy.priority] + (content.bulk === true ? 1 : 0),
      ...(content.notBefore === undefined ? {} : { delay: waitUntil(clock, content.notBefore) }),
      attempts: content.policy.attempts,
      backoff: { type: "policy" },
      removeOnComplete: { age: Math.ceil(keepCompleted.age / 1_000), count: keepCompleted.count },
      removeOnFail: false,
      stackTraceLimit: 20,
    },
  };
}
