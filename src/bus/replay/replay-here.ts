import type { ReplayRequest } from "./replay-request.ts";
import type { ReplayResult } from "./replay-view.ts";
import type { Replays } from "./replays.ts";

export interface ReplayOptions extends ReplayRequest {
  /** Only looks: counts and rendered samples. Default false. */
  readonly preview?: boolean | undefined;
  /** Told after each page of 50 events. */
  readonly onProgress?: ((soFar: ReplayResult) => void) | undefined;
  /** Pauses it after the page under way: `replays.resume` goes on with it. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes one and works on it in this process, to its end or until `signal` pauses it; with `preview` it only looks. */
export function replayHere(all: Pick<Replays, "preview" | "start" | "work" | "pause">): (options: ReplayOptions) => Promise<ReplayResult> {
  return async ({ preview = false, onProgress, signal, ...request }) => {
    if (preview) return all.preview(request, { onProgress, signal });
    const { id } = await all.start(request);
    const worked = await all.work(id, { onProgress, signal });
    if (signal?.aborted === true && worked.state === "running") return { ...(await all.pause(id, request)), samples: [] };
    return { ...worked, samples: [] };
  };
}
