import { messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { pause } from "../../base/pause.ts";
import type { ReplayStore } from "./operation.ts";

export interface ReplayRoundsOptions {
  readonly store: Pick<ReplayStore, "running">;
  readonly work: (id: string, options: { readonly signal: AbortSignal }) => Promise<unknown>;
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly logger: Logger;
}

/** Goes on with stored replays, and operations on dead letters, that nobody works on: those that were begun elsewhere, resumed, or cut off when their process died. */
export function startReplayRounds({ store, work, every, logger }: ReplayRoundsOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const round = async (): Promise<void> => {
    for (const id of await store.running()) {
      if (signal.aborted) return;
      await work(id, { signal }).catch((error: unknown) =>
        logger.error(
          { operation: id, error: messageOf(error) },
          "a replay, or an operation on dead letters, could not go on; it is tried again",
        ),
      );
    }
  };
  const running = (async () => {
    while (!signal.aborted) {
      await round().catch((error: unknown) =>
        logger.warn({ error: messageOf(error) }, "replays could not be looked for; it is tried again"),
      );
      await pause(every, signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
