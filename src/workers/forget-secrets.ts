import type { Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import type { Job, Verdict } from "../queues/delivery-queue.ts";

type Handle = (job: Job<Delivery>) => Promise<Verdict<Delivery>>;

/**
 * Around a delivery's way through a worker: when it has ended, its job is kept for a day, and its secrets are not. A dead letter keeps them,
 * sealed, because it can be queued again, until a person or its time takes it away.
 */
export function forgetSecrets(handle: Handle): Handle {
  return async (job) => {
    const verdict = await handle(job);
    if (verdict.kind !== "done") return verdict;
    const left = withoutSecrets(job.content);
    return left === undefined ? verdict : { ...verdict, content: left };
  };
}

/** Undefined: it has none. Pure. */
export function withoutSecrets(delivery: Delivery): Delivery | undefined {
  const { sealed, ...rest } = delivery;
  const { sealed: ofEvent, ...event } = delivery.event as BusEvent;
  return sealed === undefined && ofEvent === undefined ? undefined : { ...rest, event };
}
