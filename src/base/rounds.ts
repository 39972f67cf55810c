import { pause } from "./pause.ts";
import type { Locks } from "./locks.ts";

export interface RoundsOptions {
  /** Names the lock: one process at a time does this work. */
  readonly name: string;
  readonly locks: Locks;
  /** Milliseconds between two rounds. */
  readonly every: number;
  readonly work: () => Promise<void>;
  /** Told of a round that failed; the next one tries again. */
  readonly onError: (error: unknown) => void;
}

export interface Rounds {
  /** Waits for the round under way. Twice is fine. */
  stop(): Promise<void>;
}

/** The lock runs out by itself this long before the next round, milliseconds. */
const earlierMs = 1_000;

/** Does some work again and again, in one of all processes: whoever takes the lock first has the round. */
export function startRounds({ name, locks, every, work, onError }: RoundsOptions): Rounds {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        if ((await locks.acquire(name, every - earlierMs)) !== undefined) await work();
      } catch (error) {
        onError(error);
      }
      await pause(every, stopping.signal);
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
