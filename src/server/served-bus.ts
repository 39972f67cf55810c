import type { Bus } from "../bus/bus.ts";
import type { WatchedBus } from "../dashboard/feed.ts";

/** What the server asks of a bus. */
export type ServedBus = WatchedBus & Pick<Bus, "on" | "publish" | "example" | "deliveries" | "deadLetters" | "channels" | "subscribers" | "stats">;
