import type { Delivery } from "../define/delivery.ts";
import type { AudienceRecord } from "../router/audience-record.ts";
import type { RoutingRecord } from "../router/routing-record.ts";
import type { CallbackJob } from "../workers/callback-record.ts";

/** Whatever a queue carries. */
export type AnyContent = Delivery | RoutingRecord | AudienceRecord | CallbackJob;

/** True for what a provider told later, and for what is asked of one. */
export function isCallback(content: AnyContent): content is CallbackJob {
  return "callback" in content || "ask" in content;
}

/** True for what a channel sends. */
export function isDelivery(content: AnyContent): content is Delivery {
  return "to" in content;
}
