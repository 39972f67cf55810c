import type { Job as BullJob } from "bullmq";
import { failedReason } from "./dead-letter-of.ts";
import type { FoundJob } from "./delivery-queue.ts";

/** What a job of BullMQ says as one that was found. */
export function foundJob<Content>(
  { data, attemptsMade, failedReason: said }: BullJob<Content>,
  { state, due }: { readonly state: FoundJob<Content>["state"]; readonly due: number | undefined },
): FoundJob<Content> {
  return {
    content: data,
    state,
    attempts: attemptsMade,
    ...(said === undefined ? {} : { reason: failedReason(said) }),
    ...(due === undefined ? {} : { due }),
  };
}
