import { BusbarError } from "../../base/errors.ts";
import { knownSendsMs } from "../../define/known-sends.ts";
import type { LogEntry, LogRange, TopicLog } from "../../log/topic-log.ts";
import type { KnownPage } from "../archive/archived-page.ts";
import type { LogPlace, Past, PastPage } from "../../router/replay.ts";

/** The past, and what an archive knows of it. */
export interface Known extends Past {
  page(place: LogPlace, range: LogRange): Promise<PastPage & { readonly archived?: KnownPage }>;
}

/** The log alone. With `missing`, it goes no further back than it is known what was sent: a replay may have been paused for days. */
export function pastOfLog(log: Pick<TopicLog, "range">, { missing }: { readonly missing: boolean }): Known {
  return {
    async page({ topic, partition }, range) {
      const entries = await log.range(topic, partition, range);
      const [first] = entries;
      if (missing && first !== undefined && timeOfEntry(first) < Date.now() - knownSendsMs - graceMs)
        throw new BusbarError(
          "INVALID_RANGE",
          `${topic}: what was published at ${new Date(timeOfEntry(first)).toISOString()} lies further back by now than it is known what was sent (95 h), so the replay goes no further: cancel it.`,
        );
      return { entries };
    },
  };
}

/** A replay of everything that is known begins at its very edge, and gets to it a little later. */
const graceMs = 30 * 60_000;

/** When an entry was appended, milliseconds since 1970. */
export function timeOfEntry({ id }: Pick<LogEntry, "id">): number {
  return Number(id.slice(0, id.indexOf("-")));
}
