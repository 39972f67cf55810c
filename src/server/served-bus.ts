import type { Bus } from "../bus/bus.ts";
import type { WatchedBus } from "../dashboard/feed.ts";

/** What the server asks of a bus. */
export interface ServedBus
  extends
    WatchedBus,
    Partial<Pick<Bus, "spool">>,
    Pick<
      Bus,
      | "on"
      | "publish"
      | "testMessage"
      | "audit"
      | "deliveries"
      | "deadLetters"
      | "replays"
      | "suppressions"
      | "preferences"
      | "subscribers"
      | "schedules"
      | "stats"
      | "callbacks"
    > {
  readonly channels: Bus["channels"];
  readonly inspect: WatchedBus["inspect"] & Pick<Bus["inspect"], "trace" | "search" | "tail" | "eventsPage">;
}
