import type { AudienceTask } from "../define/delivery.ts";
import type { RoutedRecord, TopicLog } from "../log/topic-log.ts";
import { endOfAudience } from "./audience-record.ts";

export interface LostAudiencesOptions {
  readonly log: Pick<TopicLog, "routedBy">;
  /** Whether its queue has the audience, in whatever state. */
  readonly audienceKnown: (id: string) => Promise<boolean>;
}

export interface LostAudience extends Pick<AudienceTask, "id" | "route"> {
  readonly eventId: string;
  readonly subscriber: string;
}

/** The audiences of these records that are not in their queue and did not end: what was known of how far they had got is lost. */
export async function lostAudiences(
  { log, audienceKnown }: LostAudiencesOptions,
  partition: number,
  records: readonly RoutedRecord[],
): Promise<readonly LostAudience[]> {
  const lost: LostAudience[] = [];
  for (const { eventId, time, subscriber, audiences = [] } of records) {
    for (const { id, route } of audiences) {
      // The queue first: an audience that ends in between is in its record then.
      if (await audienceKnown(id)) continue;
      const asked = { events: [{ id: eventId, time }], subscribers: [subscriber], pages: [endOfAudience(route)] };
      if ((await log.routedBy(partition, asked)).some(({ page }) => page === endOfAudience(route))) continue;
      lost.push({ id, route, eventId, subscriber });
    }
  }
  return lost;
}
