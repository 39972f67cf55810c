import { milliseconds } from "../base/duration.ts";
import type { HandlerChannels } from "../define/handler.ts";
import type { ChannelControl } from "./channels.ts";

/** What handlers may do to the channels; the audit record names their deliveries. */
export function handlerChannels(channels: Pick<ChannelControl, "clean">): (deliveryId: string) => HandlerChannels {
  return (deliveryId) => ({
    async clean(name, { olderThan = 0 } = {}) {
      return channels.clean(name, { olderThan: milliseconds(olderThan, "olderThan"), actor: `handler ${deliveryId}` });
    },
  });
}
