import type { Logger } from "../base/logger.ts";
import type { Pace } from "../base/pace.ts";
import { pause } from "../base/pause.ts";
import type { Observe } from "../define/observation.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { Lane } from "./lane.ts";
import { suspects } from "./suspects.ts";

export interface TakeOverOptions {
  readonly log: Pick<TopicLog, "sweep">;
  /** Those of one partition. */
  readonly lanes: readonly Pick<Lane, "position" | "hasRoom" | "wake" | "take" | "keep">[];
  /** The name that the router reads under, held for a while longer. */
  readonly renew: () => Promise<string>;
  readonly pace: Pick<Pace, "sweep" | "takeOver">;
  readonly stopping: AbortSignal;
  /** The loop has turned. */
  readonly onTurn: () => void;
  /** A sweep failed. */
  readonly onError: (error: unknown) => Promise<void>;
  readonly observe: Observe;
  readonly logger: Logger;
}

const sweepRule = { limit: 100, suspectFrom: suspects.from, suspectsTogether: suspects.together };

/**
 * Until it is told to stop, now and then: keep what is in hand, catch a bell that was missed, take over what others left behind. There may be
 * more of that than fits between two signs of life, and what this router has in hand must not be taken for left behind meanwhile.
 */
export async function takeOver(options: TakeOverOptions): Promise<void> {
  const { lanes, renew, pace, stopping, onTurn, onError } = options;
  while (!stopping.aborted) {
    let more = false;
    try {
      const reader = await renew();
      for (const lane of lanes) await lane.keep();
      const next = performance.now() + pace.sweep;
      do {
        more = await sweep(options, reader);
        onTurn();
      } while (more && performance.now() < next && !stopping.aborted);
    } catch (error) {
      more = false;
      await onError(error);
    }
    onTurn();
    if (!more) await pause(pace.sweep, stopping);
  }
}

/** True when something was taken over: then there may be more. */
async function sweep({ log, lanes, pace, observe, logger }: TakeOverOptions, reader: string): Promise<boolean> {
  const positions = lanes.map((lane) => ({ ...lane.position, takes: lane.hasRoom() }));
  const swept = await log.sweep(positions, reader, { ...sweepRule, minIdle: pace.takeOver });
  for (const [index, { unread, gap, taken }] of swept.entries()) {
    const { position } = lanes[index]!;
    if (unread) lanes[index]!.wake();
    if (gap > 0) observe("gap", { topic: position.topic, group: position.group, entries: gap });
    if (taken.length > 0) logger.info({ ...position, entries: taken.length }, "took over what another router left behind");
  }
  await Promise.all(swept.map(({ taken }, index) => lanes[index]!.take(taken)));
  return swept.some(({ taken }) => taken.length > 0);
}
