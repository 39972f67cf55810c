import type { ChannelName } from "../define/channel-name.ts";
import type { ReplayEpoch } from "../define/delivery.ts";
import type { Replayed } from "../define/event.ts";
import type { ChannelOptions } from "../define/channel-options.ts";
import type { EventReader } from "../define/event.ts";

/** What planning knows of the application besides the subscriber. */
export interface PlanOptions {
  /** Part of every delivery's id: two applications may have subscribers of one name. */
  readonly application: string;
  /** The channels' own option words, the farthest level of the policy. */
  readonly channels?: Partial<Record<ChannelName, ChannelOptions>>;
  /** Channels that nothing is planned for, with the reason. */
  readonly off?: Partial<Record<ChannelName, string>>;
  /** Reads events with marked fields from the log. Default: as they stand there. */
  readonly read?: EventReader;
  /** Only these routes, by their oldest names. Default: all. */
  readonly routes?: ReadonlySet<string> | undefined;
  /** Planned for a replay: `when`, `to` and the others are told of it, and what comes of it leaves after everything live. */
  readonly replay?: PlannedReplay | undefined;
}

/** What planning knows of the replay that it is for. */
export interface PlannedReplay extends Replayed, ReplayEpoch {}
