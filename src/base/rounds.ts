import { pause } from "./pause.ts";
import type { Locks } from "./redis-locks.ts";

export interface RoundsOptions {
  /** Names the lock: one process at a time does this work. */
  readonly name: string;
  readonly locks: Locks;
  readonly work: () => Promise<void>;
  /** Told of a round that failed; the next one tries again. */
  readonly onError: (error: unknown) => void;
}

export interface Rounds {
  /** Waits for the round under way. Twice is fine. */
  stop(): Promise<void>;
}

const roundMs = 60_000;

/** Does some work every minute, in one of all processes: whoever takes the lock first has the round. */
export function startRounds({ name, locks, work, onError }: RoundsOptions): Rounds {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        // The lock runs out by itself, just before the next round.
        if ((await locks.acquire(name, roundMs - 1_000)) !== undefined) await work();
      } catch (error) {
        onError(error);
      }
      await pause(roundMs, stopping.signal);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
