import type { TopicLog } from "../../log/topic-log.ts";
import { type AudienceRecord, cancelledAudience, endOfAudience } from "../../router/audience-record.ts";
import type { LazyParts } from "../parts.ts";

/** Keeps an audience from releasing more; false where it cannot be: it belongs to a replay that sends again, and a worker has it. */
export async function stopAudience(
  { queues, log }: Pick<LazyParts, "queues"> & { readonly log: Pick<TopicLog, "record"> },
  { id, event: { id: eventId, time }, partition, subscriber, route, replay }: AudienceRecord,
): Promise<boolean> {
  if ((replay?.epoch ?? 0) > 0) return queues().audiences.remove(id);
  // Whoever works on it sees the first before its next batch; with the second, nobody misses its job.
  for (const page of [cancelledAudience(route), endOfAudience(route)])
    await log.record(partition, { eventId, time, subscriber, deliveries: [], page });
  await queues().audiences.remove(id);
  return true;
}
