import { messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Locks } from "../../base/locks.ts";
import { type Rounds, startRounds } from "../../base/rounds.ts";
import type { Archive } from "./archive.ts";

const everyMs = 3_600_000;

/** Once an hour one process looks whether a day is due for the archive. */
export function startArchiveRounds({
  archive,
  locks,
  logger,
}: {
  readonly archive: Archive;
  readonly locks: Locks;
  readonly logger: Logger;
}): Rounds {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rounds = startRounds({
    name: "archive",
    locks,
    every: everyMs,
    async work() {
      const { removed } = await archive.write({
        signal,
        onSegment: ({ topic, day, events, bytes }) => logger.info({ topic, day, events, bytes }, "a day of a log is in the archive"),
      });
      if (removed > 0) logger.info({ removed }, "events that are in the archive have left Redis");
    },
    onError: (error) => {
      if (!signal.aborted)
        logger.error(
          { error: messageOf(error) },
          "the archive could not be written; it is tried again in an hour, and nothing leaves Redis before",
        );
    },
  });
  return {
    stop() {
      stopping.abort();
      return rounds.stop();
    },
  };
}
