import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { defaultCategory, type Delivery } from "../define/delivery.ts";
import { type AnyRoute, categoryOf } from "../define/route.ts";
import type { Outcome } from "../define/outcome.ts";
import { isSuppressible, type Suppression, type Suppressions } from "./suppressions.ts";

/** What a worker has to do with suppressed addresses: it looks before it sends, and takes note of what a provider said. */
export interface Withholding {
  /** The entry that stops a delivery; `unanswered` while Redis is away. It does not reject. */
  entryFor(delivery: Delivery, route: AnyRoute): Promise<Suppression | "unanswered" | undefined>;
  /** Keeps the address of a delivery whose provider said that it must not be sent to. It does not reject. */
  keep(delivery: Delivery, said: Extract<Outcome, { readonly kind: "suppress" }>, provider: string): Promise<void>;
}

export interface WithholdOptions {
  readonly suppressions: Pick<Suppressions, "find" | "add">;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function withhold({ suppressions, clock, logger }: WithholdOptions): Withholding {
  return {
    async entryFor({ id, channel, to, category: planned }, route) {
      // What was planned before its route had a category is of that category too.
      const category = planned ?? categoryOf(route) ?? defaultCategory;
      if (!isSuppressible(channel)) return undefined;
      try {
        return await suppressions.find({ channel, address: to, category });
      } catch (error) {
        logger.warn(
          { delivery: id, error: messageOf(error) },
          "it could not be seen whether an address is suppressed; its delivery comes back later",
        );
        return "unanswered";
      }
    },

    async keep({ id, channel, to }, { reason, category, keep }, provider) {
      if (!isSuppressible(channel)) return;
      const scope = category === undefined ? {} : { category };
      const end = keep === undefined ? {} : { until: clock.now() + keep };
      try {
        await suppressions.add({ channel, address: to, reason, source: provider, ...scope, ...end });
      } catch (error) {
        // The next message to it will be told the same.
        logger.error({ delivery: id, error: messageOf(error) }, "an address that a provider refuses could not be suppressed");
      }
    },
  };
}
