import type { ReplayMode } from "./replay-mode.ts";
import type { By } from "../by.ts";

/** Which past events are routed again, and for whom. */
export interface ReplaySelection {
  readonly topics: string | readonly string[];
  /** For whom: each by its name, never all of them by saying none. */
  readonly subscribers: string | readonly string[];
  /** Only these routes of them, by their names. Default: all of the chosen subscribers. */
  readonly routes?: string | readonly string[] | undefined;
  /**
   * The events that were published from then on: RFC 3339, or milliseconds since 1970. Default in mode `missing`: as far back as is known what was sent,
   * 95 h; `again` has none.
   */
  readonly from?: string | number | undefined;
  /** Until then. Default: now. */
  readonly to?: string | number | undefined;
  /** In place of `from`: from the event of this id on, and those that were appended in its millisecond. */
  readonly fromEvent?: string | undefined;
  /** In place of `to`: until the event of this id, and those that were appended in its millisecond. */
  readonly toEvent?: string | undefined;
  /** Only events whose payload matches this EventBridge pattern. Default: all. */
  readonly filter?: unknown;
}

export interface ReplayRequest extends ReplaySelection, By {
  readonly mode?: ReplayMode | undefined;
  /** Deliveries that are queued in a second at most. Default: as many as the queues take, which is while fewer than 1,000 wait. */
  readonly pace?: number | undefined;
  /** In mode `again`, which is for one subscriber: its name once more, because every one of its readers is sent to. */
  readonly confirm?: string | undefined;
}
