import { milliseconds } from "../base/duration.ts";
import { channelNames } from "../define/channel-name.ts";
import type { HandlerChannels } from "../define/handler.ts";
import type { ChannelControl } from "./channels.ts";

/** What handlers may do to the channels. */
export function handlerChannels(channels: Pick<ChannelControl, "clean">): () => HandlerChannels {
  return () => ({
    async clean(name, { olderThan = 0 } = {}) {
      const age = milliseconds(olderThan, "olderThan");
      const counts: number[] = [];
      for (const channel of name === "all" ? channelNames : [name]) counts.push(await channels.clean(channel, { olderThan: age }));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  });
}
