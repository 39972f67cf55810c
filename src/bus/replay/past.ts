import { BusbarError } from "../../base/errors.ts";
import type { LogEntry, TopicLog } from "../../log/topic-log.ts";
import type { LogPlace, Past } from "../../router/replay.ts";
import type { Kept, TimeRange } from "./range.ts";
import { knownMs } from "./range.ts";

/** The log alone. With `missing`, it goes no further back than it is known what was sent: a replay may have been paused for days. */
export function pastOfLog(log: Pick<TopicLog, "range">, { missing }: { readonly missing: boolean }): Past {
  return {
    async page({ topic, partition }, range) {
      const entries = await log.range(topic, partition, range);
      const [first] = entries;
      if (missing && first !== undefined && timeOfEntry(first) < Date.now() - knownMs - graceMs)
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

/** What the log keeps of some topics. */
export async function keptInLog(
  log: Pick<TopicLog, "partitions" | "ends" | "standing">,
  topics: readonly string[],
  range: TimeRange,
): Promise<readonly Kept[]> {
  return Promise.all(
    topics.map(async (topic) => {
      let events = 0;
      let since: number | undefined;
      for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
        const place: LogPlace = { topic, partition };
        const wanted = await log.ends(topic, partition, range);
        if (wanted !== undefined) events += wanted.last.number - wanted.first.number + 1;
        const oldest = await oldestIn(log, place);
        if (oldest !== undefined) since = Math.max(since ?? 0, oldest);
      }
      return { topic, events, since };
    }),
  );
}

/** Since when a log is whole; undefined: it never lost anything. */
async function oldestIn(log: Pick<TopicLog, "ends" | "standing">, { topic, partition }: LogPlace): Promise<number | undefined> {
  const [all, { published }] = await Promise.all([
    log.ends(topic, partition, { from: 0, to: Date.now() + 60_000 }),
    log.standing(topic, partition),
  ]);
  if (all === undefined) return published === 0 ? undefined : Date.now();
  return all.first.number === 1 ? undefined : timeOfEntry(all.first);
}
