import { BusbarError, messageOf } from "../../base/errors.ts";
import type { Catalog } from "../../define/catalog.ts";
import { nearestName, thereAre } from "../../define/names.ts";
import type { ArchiveStore } from "../../log/archive/archive-store.ts";
import { checkSegment, readManifests } from "../../log/archive/read-segment.ts";
import { dayMs, dayName, dayStart, type Manifest } from "../../log/archive/segment.ts";
import { writeSegment } from "../../log/archive/write-segment.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { LazyParts } from "../parts.ts";
import { knownSendsMs } from "../../define/known-sends.ts";
import { timeOfEntry } from "../replay/past.ts";
import { archivedEnds } from "./archived-ends.ts";

/** What has left the logs, or will: segments of a topic, partition and day. */
export interface Archive {
  /**
   * Writes what is due: each day that ended `settle` ago and is not in the archive yet. Then entries leave Redis that are older than `keepInRedis` and in the archive.
   * @throws BusbarError `INVALID_CONFIGURATION` where no archive is configured
   */
  write(options?: ArchiveWriteOptions): Promise<ArchiveWritten>;
  /** Until when a log is in the archive without a gap, milliseconds since 1970; 0: nothing of it is. */
  until(topic: string, partition: number): Promise<number>;
  /** In the order of topic, day and partition. */
  list(topic?: string): Promise<readonly Manifest[]>;
  /** Reads segments from their beginning to their end. */
  verify(
    topic?: string,
    options?: ArchiveVerifyOptions,
  ): Promise<{ readonly sound: readonly Manifest[]; readonly damaged: readonly string[] }>;
}

export interface ArchiveVerifyOptions {
  /** Told after each segment. */
  readonly onProgress?: ((soFar: { readonly segments: number; readonly total: number }) => void) | undefined;
}

export interface ArchiveWriteOptions {
  /** Only these. Default: all topics. */
  readonly topics?: readonly string[] | undefined;
  /** Milliseconds that a day must be over. Default 24 h: what is tried again for long may not have ended before. */
  readonly settle?: number | undefined;
  readonly onSegment?: ((written: Manifest) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ArchiveWritten {
  readonly written: readonly Manifest[];
  /** Entries that have left Redis. */
  readonly removed: number;
}

export interface ArchiveOptions {
  readonly application: string;
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly catalog: () => Promise<Catalog>;
  /** Undefined: none is configured. */
  readonly store: (() => ArchiveStore) | undefined;
  /** Milliseconds after which an archived entry leaves Redis. */
  readonly keepInRedis: number;
}

export const defaultSettleMs = dayMs;
/** So long, milliseconds, what is known of a topic's segments is true enough to hold its log: others can only have added to them. */
const rememberMs = 3_600_000;
/** A group without a reader for so long is abandoned: it does not hold its log any more. */
const graceMs = 7 * dayMs;

export function archive({ application, log, parts, catalog, store, keepInRedis }: ArchiveOptions): Archive {
  const opened = (): ArchiveStore => {
    if (store === undefined)
      throw new BusbarError(
        "INVALID_CONFIGURATION",
        'No archive is configured: say where it is, as in archive: { folder: "/var/lib/shop/archive" }, ARCHIVE_FOLDER or ARCHIVE_S3.',
      );
    return store();
  };
  const known = async (names: readonly string[] | undefined): Promise<readonly string[]> => {
    const all = (await catalog()).topics.map(({ name }) => name);
    for (const name of names ?? []) if (!all.includes(name)) throw unknownTopic(name, all);
    return names ?? all;
  };
  const list = async (topic?: string): Promise<readonly Manifest[]> => {
    if (topic !== undefined) await known([topic]);
    return readManifests(opened(), topic === undefined ? `${application}/` : `${application}/${topic}/`);
  };

  const remembered = new Map<string, { readonly until: number; readonly manifests: Promise<readonly Manifest[]> }>();
  /** Retention asks every minute, and a bucket is paid for by the question. */
  const listLately = (topic: string): Promise<readonly Manifest[]> => {
    const before = remembered.get(topic);
    if (before !== undefined && before.until > Date.now()) return before.manifests;
    const manifests = list(topic);
    remembered.set(topic, { until: Date.now() + rememberMs, manifests });
    manifests.catch(() => remembered.delete(topic));
    return manifests;
  };

  const writeLog = async (topic: string, partition: number, options: ArchiveWriteOptions): Promise<ArchiveWritten> => {
    const { settle = defaultSettleMs, onSegment, signal } = options;
    const now = Date.now();
    const ends = await log.ends(topic, partition, { from: 0, to: now });
    if (ends === undefined) return { written: [], removed: 0 };
    const kept = await list(topic);
    const days = new Set(kept.filter((one) => one.partition === partition).map(({ day }) => day));
    const replays = (await parts.replays().list({ count: 1_000 }))
      .filter(({ spec }) => spec.topics.includes(topic) && spec.mode === "missing")
      .map(({ spec }) => spec.id);
    const plansOf = archivedEnds({ log, parts, catalog: await catalog(), topic, partition, replays });
    const written: Manifest[] = [];
    const first = Math.floor(timeOfEntry(ends.first) / dayMs) * dayMs;
    let whole = first;
    for (let day = first; day + dayMs + settle <= now; day += dayMs) {
      if (signal?.aborted === true || !(await everybodyHasRead(topic, partition, day + dayMs))) break;
      if (!days.has(dayName(day))) {
        const place = { application, topic, day: dayName(day), partition };
        const made = await writeSegment(place, { log, store: opened(), plansOf, outcomes: now - day <= knownSendsMs, signal });
        if (made !== undefined) {
          remembered.delete(topic);
          written.push(made);
          onSegment?.(made);
        }
      }
      whole = day + dayMs;
    }
    // Only what is in the archive leaves by its age; what somebody has still to read stays, as ever.
    const retain = Math.max(keepInRedis, now - whole);
    const { removed } =
      whole > first ? await log.trim(topic, partition, { retain, retainBytes: Number.MAX_SAFE_INTEGER, grace: graceMs }) : { removed: 0 };
    return { written, removed };
  };

  /** What comes of a day is known only when its subscribers have read it. */
  const everybodyHasRead = async (topic: string, partition: number, until: number): Promise<boolean> => {
    const [before, { groups }, { subscribers }] = await Promise.all([
      log.ends(topic, partition, { from: 0, to: until - 1 }),
      log.standing(topic, partition),
      catalog(),
    ]);
    const listening = new Set(
      subscribers.filter(({ topics }) => topics.some(({ name }) => name === topic)).map(({ identity }) => `${application}.${identity}`),
    );
    return groups.every(({ group, read }) => !listening.has(group) || read >= (before?.last.number ?? 0));
  };

  return {
    list,
    async until(topic, partition) {
      const own = (await listLately(topic)).filter((one) => one.partition === partition);
      let until = 0;
      let number: number | undefined;
      for (const { firstNumber, lastNumber, day } of own) {
        if (number !== undefined && firstNumber > number + 1) break;
        [until, number] = [dayStart(day) + dayMs, lastNumber];
      }
      return until;
    },
    async write(options = {}) {
      opened();
      let removed = 0;
      const written: Manifest[] = [];
      for (const topic of await known(options.topics))
        for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
          const done = await writeLog(topic, partition, options);
          written.push(...done.written);
          removed += done.removed;
        }
      return { written, removed };
    },
    async verify(topic, { onProgress } = {}) {
      const sound: Manifest[] = [];
      const damaged: string[] = [];
      const all = await list(topic);
      for (const [index, manifest] of all.entries()) {
        await checkSegment(opened(), manifest).then(
          () => sound.push(manifest),
          (error: unknown) => damaged.push(messageOf(error)),
        );
        onProgress?.({ segments: index + 1, total: all.length });
      }
      return { sound, damaged };
    },
  };
}

function unknownTopic(name: string, known: readonly string[]): BusbarError {
  const near = nearestName(name, known);
  return new BusbarError(
    "UNKNOWN_TOPIC",
    `No topic is called ${JSON.stringify(name)}. ${near === undefined ? `${thereAre(known)}.` : `Did you mean "${near}"?`}`,
  );
}
