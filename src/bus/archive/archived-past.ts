import { BusbarError } from "../../base/errors.ts";
import type { ArchiveStore } from "../../log/archive/archive-store.ts";
import { DamagedSegment, isBehind, readManifests, segmentEntries, textOf } from "../../log/archive/read-segment.ts";
import { type ArchivedEntry, dayMs, dayStart, type Manifest, queuedPrefix, segmentName } from "../../log/archive/segment.ts";
import type { LogRange, TopicLog } from "../../log/topic-log.ts";
import type { LogPlace, PastPage } from "../../router/replay.ts";
import { type Known, pastOfLog } from "../replay/past.ts";
import { knownSendsMs } from "../../define/known-sends.ts";
import { type KnownPage, knownPage, logEntryOf } from "./archived-page.ts";

export interface ArchivedPastOptions {
  readonly log: Pick<TopicLog, "range" | "ends">;
  readonly store: ArchiveStore;
  readonly application: string;
  /** Undefined: nothing is queued. */
  readonly replay: string | undefined;
  /** What is asked for has to know what was sent. */
  readonly outcomes: boolean;
}

/** A segment that is being read. */
interface Open {
  readonly manifest: Manifest;
  readonly entries: AsyncGenerator<ArchivedEntry>;
  readonly before: ReadonlySet<string>;
  last: string | undefined;
}

/**
 * The past, wherever it is: a day that has left the log, or of which the ledger no longer knows what was sent, comes from its segment, and no other is opened; everything else
 * from the log. A damaged segment is passed over, and named.
 */
export function archivedPast({ log, store, application, replay, outcomes }: ArchivedPastOptions): Known {
  const ofLog = pastOfLog(log, { missing: outcomes });
  const manifests = new Map<string, Promise<readonly Manifest[]>>();
  const passedOver = new Set<string>();
  let open: Open | undefined;

  const segmentsOf = ({ topic, partition }: LogPlace): Promise<readonly Manifest[]> => {
    const read = manifests.get(topic) ?? readManifests(store, `${application}/${topic}/`);
    manifests.set(topic, read);
    return read.then((all) => all.filter((one) => one.partition === partition));
  };

  /** The next segment behind an entry that is read in place of the log. */
  const nextOf = async (place: LogPlace, { from, to, after }: LogRange): Promise<Manifest | undefined> => {
    const edge = Date.now() - knownSendsMs;
    const first = (await log.ends(place.topic, place.partition, { from: 0, to: Date.now() }))?.first.id;
    return (await segmentsOf(place)).find((one) => {
      const start = dayStart(one.day);
      const wanted = start <= to && start + dayMs > from && (after === undefined || isBehind(one.last, after));
      const left = first === undefined || isBehind(first, one.first);
      return wanted && !passedOver.has(segmentName(one)) && (left || (outcomes && start < edge));
    });
  };

  const reading = async (manifest: Manifest, after: string | undefined): Promise<Open> => {
    if (open !== undefined && segmentName(open.manifest) === segmentName(manifest) && open.last === after) return open;
    await open?.entries.return(undefined);
    if (outcomes && !manifest.outcomes)
      throw new BusbarError(
        "INVALID_RANGE",
        `${segmentName(manifest)} was archived when nobody knew any more what had been sent: leave its day out, or use mode again.`,
      );
    open = { manifest, entries: segmentEntries(store, manifest, after), before: await queuedBefore(manifest), last: after };
    return open;
  };

  /** What replays queued out of a segment; of this one itself only what the ledger has forgotten since. */
  const queuedBefore = async (manifest: Manifest): Promise<ReadonlySet<string>> => {
    const names = await store.list(queuedPrefix(manifest));
    const notes = await Promise.all(names.map(async (name) => JSON.parse(await textOf(await store.get(name))) as Note));
    return new Set(
      notes.filter((note) => note.replay !== replay || note.at < Date.now() - knownSendsMs).flatMap(({ deliveries }) => deliveries),
    );
  };

  const pageOf = async (segment: Open, { from, to, count }: LogRange): Promise<readonly ArchivedEntry[]> => {
    const entries: ArchivedEntry[] = [];
    while (entries.length < count) {
      const next = await segment.entries.next();
      if (next.done === true) break;
      const at = Number(next.value.id.split("-")[0]);
      segment.last = next.value.id;
      if (at > to) break;
      if (at >= from) entries.push(next.value);
    }
    return entries;
  };

  const archivedPage = (segment: Open, entries: readonly ArchivedEntry[]): KnownPage =>
    knownPage(entries, {
      before: segment.before,
      async queueing(deliveries) {
        const note: Note = { replay: replay ?? "", at: Date.now(), deliveries };
        await store.put(`${queuedPrefix(segment.manifest)}${replay}-${entries[0]!.id}.json`, Buffer.from(JSON.stringify(note)));
      },
    });

  return {
    async page(place, range): Promise<PastPage & { readonly archived?: KnownPage }> {
      const damaged: string[] = [];
      const said = (): { readonly damaged?: readonly string[] } => (damaged.length === 0 ? {} : { damaged });
      for (let after = range.after; ;) {
        const segment = await nextOf(place, { ...range, after });
        const before = segment === undefined ? range.to : Math.min(range.to, dayStart(segment.day) - 1);
        const live = before < range.from ? [] : (await ofLog.page(place, { ...range, after, to: before })).entries;
        if (live.length > 0 || segment === undefined) return { entries: live, ...said() };
        try {
          const opened = await reading(segment, after);
          const entries = await pageOf(opened, range);
          if (entries.length > 0) return { entries: entries.map(logEntryOf), archived: archivedPage(opened, entries), ...said() };
          // Read to its end.
          passedOver.add(segmentName(segment));
        } catch (error) {
          if (!(error instanceof DamagedSegment)) throw error;
          passedOver.add(segmentName(segment));
          damaged.push(error.message);
        }
        // Nothing of its day is taken from elsewhere.
        after = isBehind(segment.last, after ?? "0-0") ? segment.last : after;
      }
    },
  };
}

interface Note {
  readonly replay: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly deliveries: readonly string[];
}
