import type { Clock } from "../base/clock.ts";
import type { Duration } from "../base/duration.ts";
import type { OutcomeTable } from "./outcome-table.ts";

/** How a vendor's API is asked: what every provider takes besides its account. */
export interface ApiOptions {
  /** Default: the vendor's own address, such as `https://exp.host`. */
  readonly baseUrl?: string | undefined;
  /** One try may take this long in all, the fetch of a token included where there is one. Default 10 s. */
  readonly timeout?: Duration | undefined;
  /** What it is called in configuration, figures and time lines. Default: the vendor's name, such as `expo`. */
  readonly name?: string | undefined;
  readonly clock?: Clock;
  /** Outcomes in place of those of the vendor's table, by its own error code or the HTTP status. */
  readonly outcomes?: OutcomeTable | undefined;
}
