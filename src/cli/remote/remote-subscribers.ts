import type { SubscriberPosition } from "../../bus/positions.ts";
import type { SubscriberControl } from "../../bus/subscribers.ts";
import { at, type ServerApi } from "./server-api.ts";

const drainMs = 30_000;

export function remoteSubscribers(api: ServerApi): SubscriberControl {
  return {
    list: async () => (await api.get<{ readonly subscribers: readonly SubscriberPosition[] }>("/v1/subscribers")).subscribers,
    pause: (name) => api.send("POST", at`/v1/subscribers/${name}/pause`),
    resume: (name) => api.send("POST", at`/v1/subscribers/${name}/resume`),
    async drain(name, { within = drainMs } = {}) {
      const deadline = performance.now() + within;
      for (;;) {
        // The server waits for a few seconds itself.
        const { pending } = await api.send<{ readonly pending: number }>("POST", at`/v1/subscribers/${name}/drain`);
        if (pending === 0 || performance.now() >= deadline) return { pending };
      }
    },
    seek: (name, { to, preview = false, mayRepeat = false }) =>
      api.send("POST", at`/v1/subscribers/${name}/seek`, { body: { to: placeText(to), preview, mayRepeat } }),
    remove: (name, { preview = false } = {}) => api.send("DELETE", at`/v1/subscribers/${name}`, { body: { preview } }),
  };
}

/** A time that no date can say is left to the server to refuse. */
function placeText(to: string | number): string {
  if (typeof to === "string") return to;
  return Number.isNaN(new Date(to).getTime()) ? String(to) : new Date(to).toISOString();
}
