import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { FaultScript } from "./faults.ts";
import type { Recorder } from "./record.ts";

/** What the routes of one vendor's API work with. */
export interface VendorOptions {
  /** Called before a request is answered. */
  readonly record: Recorder;
  readonly faults: FaultScript;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts when the mailroom stops: nothing is answered late any more. */
  readonly stopping: AbortSignal;
}
