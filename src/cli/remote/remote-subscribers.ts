import type { PauseResult } from "../../bus/paused-before.ts";
import type { SubscriberPosition } from "../../bus/positions.ts";
import type { SubscriberControl } from "../../bus/subscribers.ts";
import { askedPages } from "./remote-pages.ts";
import { whyOf } from "./remote-view.ts";
import { at, type ServerApi } from "./server-api.ts";

interface SubscribersPage {
  readonly subscribers: readonly SubscriberPosition[];
  readonly next?: string;
}

const drainMs = 30_000;

export function remoteSubscribers(api: ServerApi): SubscriberControl {
  return {
    async list() {
      const { items } = await askedPages(api, { path: "/v1/subscribers", itemsOf: (page: SubscribersPage) => page.subscribers });
      return items;
    },
    pause: (name, by) => api.send("POST", at`/v1/subscribers/${name}/pause`, { body: whyOf(by) }),
    resume: (name, by) => api.send("POST", at`/v1/subscribers/${name}/resume`, { body: whyOf(by) }),
    async drain(name, { within = drainMs, ...by } = {}) {
      const deadline = performance.now() + within;
      for (let first: PauseResult | undefined; ;) {
        // The server waits for a few seconds itself.
        const body = whyOf(by);
        const { pending, already } = await api.send<PauseResult & { readonly pending: number }>("POST", at`/v1/subscribers/${name}/drain`, {
          body,
        });
        // From the second time on, it was this drain.
        first ??= already === undefined ? {} : { already };
        if (pending === 0 || performance.now() >= deadline) return { pending, ...first };
      }
    },
    seek: (name, { to, preview = false, mayRepeat = false, ...by }) =>
      api.send("POST", at`/v1/subscribers/${name}/seek`, { body: { to: placeText(to), preview, mayRepeat, ...whyOf(by) } }),
    remove: (name, { preview = false, ...by } = {}) => api.send("DELETE", at`/v1/subscribers/${name}`, { body: { preview, ...whyOf(by) } }),
  };
}

/** A time that no date can say is left to the server to refuse. */
function placeText(to: string | number): string {
  if (typeof to === "string") return to;
  return Number.isNaN(new Date(to).getTime()) ? String(to) : new Date(to).toISOString();
}
