import type { Priority } from "../define/policy.ts";
import type { JobState } from "./delivery-queue.ts";

/** BullMQ takes the smallest number first, and a job without one before all others: so every job gets one. */
export const priorityNumber: Readonly<Record<Priority, number>> = { critical: 1, high: 10, normal: 100, low: 1_000 };

/** The priorities that a job can wait with: {@link priorityNumber}, and one more for what is one of many. */
export const waitingPriorities = Object.values(priorityNumber).flatMap((number) => [number, number + 1]);

/** Our words for BullMQ's states. */
export const jobStates: Readonly<Record<string, JobState | undefined>> = {
  waiting: "waiting",
  prioritized: "waiting",
  "waiting-children": "waiting",
  active: "active",
  delayed: "delayed",
  completed: "completed",
  failed: "dead",
};
