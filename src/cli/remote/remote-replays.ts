import { BusbarError } from "../../base/errors.ts";
import { pause } from "../../base/pause.ts";
import type { By } from "../../bus/by.ts";
import type { ReplayRequest } from "../../bus/replay/replay-request.ts";
import type { ReplayView } from "../../bus/replay/replay-view.ts";
import type { ReplaysPage } from "../../bus/replay/replays.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { askedPages } from "./remote-pages.ts";
import { whyOf } from "./remote-view.ts";
import { unlessMissing } from "./server-error.ts";
import { at, type ServerApi } from "./server-api.ts";

/** Milliseconds until the second look, and between later ones. */
const [firstMs, lookAgainMs] = [200, 1_000];

export function remoteReplays(api: ServerApi): OperatedBus["replays"] {
  const show = (id: string): Promise<ReplayView | undefined> => unlessMissing(api.get<ReplayView>(at`/v1/replays/${id}`));
  const turn = (verb: "pause" | "resume" | "cancel") => (id: string, by?: By) =>
    api.send<ReplayView>("POST", at`/v1/replays/${id}/${verb}`, { body: whyOf(by) });

  return {
    start: (request) => api.send("POST", "/v1/replays", { body: bodyOf(request) }),
    /** A process with a router works on it: this one only looks on. */
    async work(id, { signal, onProgress } = {}) {
      for (let wait = firstMs; ; wait = lookAgainMs) {
        const view = await show(id);
        if (view === undefined) throw new BusbarError("UNKNOWN_REPLAY", `No replay has the id ${JSON.stringify(id)}: list them.`);
        if (view.state !== "running" || signal?.aborted === true) return view;
        onProgress?.({ ...view, samples: [] });
        await pause(wait, signal);
      }
    },
    async preview(request) {
      const { pace: _, ...asked } = request;
      return api.send("POST", "/v1/replays/preview", { body: bodyOf(asked) });
    },
    async list(page = {}) {
      const { last, items } = await askedPages(api, {
        path: "/v1/replays",
        count: 50,
        ...page,
        itemsOf: (one: ReplaysPage) => one.replays,
      });
      return { ...last, replays: items };
    },
    show,
    pause: turn("pause"),
    resume: turn("resume"),
    cancel: turn("cancel"),
  };
}

/** Names are lists there, and who asks is the key. Pure. */
function bodyOf(request: ReplayRequest): object {
  const { topics, subscribers, routes, actor: _, ...rest } = request;
  return {
    ...rest,
    topics: [topics].flat(),
    subscribers: [subscribers].flat(),
    ...(routes === undefined ? {} : { routes: [routes].flat() }),
  };
}
