import type { RedisConnection } from "../base/redis.ts";
import { LogFull } from "./topic-log.ts";

/** Above this share of maxmemory nothing is appended: what is left is for those who work the backlog off. */
const highWaterShare = 0.9;
const lookEveryMs = 1_000;

export interface HighWater {
  /**
   * Looks beside the append, at most once a second, and goes by what it saw last.
   * @throws LogFull while Redis' memory is above the mark
   */
  check(): void;
}

/**
 * Redis refuses every write when its memory is full, those of routers and workers too, and then nothing gets out that would make room. So publishers are
 * refused before that.
 */
export function highWater(redis: RedisConnection): HighWater {
  let lookedAt = -Infinity;
  let full: string | undefined;
  const look = async (): Promise<void> => {
    const info = await redis.info("memory");
    const [used, most] = [field(info, "used_memory"), field(info, "maxmemory")];
    full = most > 0 && used > most * highWaterShare ? `Redis has used ${Math.round((used / most) * 100)} % of its maxmemory` : undefined;
  };
  return {
    check() {
      if (performance.now() - lookedAt > lookEveryMs) {
        lookedAt = performance.now();
        // What cannot be seen now is seen by the append itself.
        look().catch(() => undefined);
      }
      if (full !== undefined)
        throw new LogFull(`${full}, and the rest is kept for what waits already: give it more memory, or shorter retention, or wait.`);
    },
  };
}

function field(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
}
