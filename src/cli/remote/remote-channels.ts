import { rateOf, rateToText } from "../../bus/channel-limits.ts";
import type { ChannelView } from "../../bus/channels.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { whyOf } from "./remote-view.ts";
import { at, type ServerApi } from "./server-api.ts";

export function remoteChannels(api: ServerApi): OperatedBus["channels"] {
  return {
    list: async () => (await api.get<{ readonly channels: readonly ChannelView[] }>("/v1/channels")).channels,
    pause: (name, by) => api.send("POST", at`/v1/channels/${name}/pause`, { body: whyOf(by) }),
    resume: (name, by) => api.send("POST", at`/v1/channels/${name}/resume`, { body: whyOf(by) }),
    set: (name, { concurrency, rateLimit, ...by }) =>
      api.send("POST", at`/v1/channels/${name}/set`, {
        body: { concurrency, ...(rateLimit === undefined ? {} : { rate: rateToText(rateOf(rateLimit)) }), ...whyOf(by) },
      }),
    reset: (name, { limits, ...by } = {}) =>
      api.send("POST", at`/v1/channels/${name}/reset`, {
        body: { limits: limits?.map((limit) => (limit === "rateLimit" ? "rate" : limit)), ...whyOf(by) },
      }),
    async clean(name, { olderThan = 0, ...by } = {}) {
      const body = { olderThan: `${olderThan}ms`, ...whyOf(by) };
      return (await api.send<{ readonly forgotten: number }>("POST", at`/v1/channels/${name}/clean`, { body })).forgotten;
    },
  };
}
