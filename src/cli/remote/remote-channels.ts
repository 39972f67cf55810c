import type { ChannelControl, ChannelView } from "../../bus/channels.ts";
import { at, type ServerApi } from "./server-api.ts";

export function remoteChannels(api: ServerApi): ChannelControl {
  return {
    list: async () => (await api.get<{ readonly channels: readonly ChannelView[] }>("/v1/channels")).channels,
    pause: (name) => api.send("POST", at`/v1/channels/${name}/pause`),
    resume: (name) => api.send("POST", at`/v1/channels/${name}/resume`),
    async clean(name, { olderThan = 0 } = {}) {
      const body = { olderThan: `${olderThan}ms` };
      return (await api.send<{ readonly forgotten: number }>("POST", at`/v1/channels/${name}/clean`, { body })).forgotten;
    },
  };
}
