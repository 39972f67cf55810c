import { dayMs, dayStart, type Manifest } from "../../log/archive/segment.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { LogPlace } from "../../router/replay.ts";
import { timeOfEntry } from "./past.ts";
import { knownSendsMs } from "../../define/known-sends.ts";
import type { Kept, TimeRange } from "./range.ts";

export interface KeptOptions {
  readonly log: Pick<TopicLog, "partitions" | "ends" | "standing">;
  /** Segments of a log, in the order of their days; none where there is no archive. */
  readonly segments: (place: LogPlace) => Promise<readonly Manifest[]>;
}

/** What is kept of some topics, in their logs and in the archive. */
export async function keptOf(options: KeptOptions, topics: readonly string[], range: TimeRange): Promise<readonly Kept[]> {
  return Promise.all(
    topics.map(async (topic) => {
      let events = 0;
      let since: number | undefined;
      for (let partition = 0; partition < (await options.log.partitions(topic)); partition++) {
        const one = await keptAt(options, { topic, partition }, range);
        events += one.events;
        if (one.since !== undefined) since = Math.max(since ?? 0, one.since);
      }
      return { topic, events, since };
    }),
  );
}

async function keptAt({ log, segments }: KeptOptions, place: LogPlace, range: TimeRange): Promise<Omit<Kept, "topic">> {
  const { topic, partition } = place;
  const [wanted, whole, { published }, archived] = await Promise.all([
    log.ends(topic, partition, range),
    log.ends(topic, partition, { from: 0, to: Date.now() + 60_000 }),
    log.standing(topic, partition),
    segments(place),
  ]);
  const inLog = wanted === undefined ? 0 : wanted.last.number - wanted.first.number + 1;
  const firstInLog = whole?.first.number ?? published + 1;
  // Of what is in both, the log counts.
  const alone = archived.filter(
    ({ day, lastNumber }) => lastNumber < firstInLog && dayStart(day) <= range.to && dayStart(day) + dayMs > range.from,
  );
  return {
    events: inLog + alone.reduce((sum, { events }) => sum + events, 0),
    since: sinceOf(archived, { firstInLog, time: whole && timeOfEntry(whole.first) }),
  };
}

/** Since when nothing is missing; undefined: ever. The segments are followed back from the log as long as their numbers go on. Pure. */
function sinceOf(
  archived: readonly Manifest[],
  { firstInLog, time }: { readonly firstInLog: number; readonly time: number | undefined },
): number | undefined {
  let [first, since] = [firstInLog, time ?? Date.now()];
  for (const { firstNumber, lastNumber, day } of archived.toReversed()) {
    if (lastNumber < first - 1) break;
    if (firstNumber < first) [first, since] = [firstNumber, dayStart(day)];
  }
  return first <= 1 ? undefined : since;
}

/** Whether the archive knows what was sent of everything from a time on that the ledger has forgotten. */
export async function archiveKnows({ log, segments }: KeptOptions, topics: readonly string[], from: number): Promise<boolean> {
  const edge = Date.now() - knownSendsMs;
  for (const topic of topics)
    for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
      const known = new Set((await segments({ topic, partition })).filter(({ outcomes }) => outcomes).map(({ day }) => day));
      if (known.size === 0) return false;
      for (let start = Math.floor(from / dayMs) * dayMs; start < edge; start += dayMs) {
        if (known.has(new Date(start).toISOString().slice(0, 10))) continue;
        // A day without a segment is one without events, as far as the log can tell.
        if ((await log.ends(topic, partition, { from: Math.max(start, from), to: Math.min(start + dayMs - 1, edge) })) !== undefined)
          return false;
      }
    }
  return true;
}
