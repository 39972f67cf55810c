import { milliseconds, type Duration } from "../../base/duration.ts";
import { unknownOptions } from "../../define/names.ts";
import { durationProblems } from "../../define/policy.ts";
import type { ArchiveStore } from "../../log/archive/archive-store.ts";
import { folderStore } from "../../log/archive/folder-store.ts";

/** Where segments of the logs go, a day after they are whole. */
export interface ArchivePlace {
  /** A folder on a disk that outlives the process; all processes see the same. */
  readonly folder: string;
  /** Entries older than this leave Redis when they are in the archive and everybody has read them. Default 7 d. */
  readonly keepInRedis?: Duration;
}

export interface ArchiveSettings {
  readonly store: () => ArchiveStore;
  /** Milliseconds. */
  readonly keepInRedis: number;
}

const defaultKeep: Duration = "7d";
/** What the ledger knows may still be asked for in the log. */
const leastKeepMs = 4 * 86_400_000;

export function archiveProblems(place: unknown): string[] {
  if (place === undefined) return [];
  if (typeof place !== "object" || place === null) return [`archive: must be { folder, keepInRedis }, not ${JSON.stringify(place)}`];
  const { folder, keepInRedis = defaultKeep } = place as ArchivePlace;
  const wrong = durationProblems("archive.keepInRedis", keepInRedis);
  return [
    ...unknownOptions(place, ["folder", "keepInRedis"]).map((problem) => `archive: ${problem}`),
    ...(typeof folder === "string" && folder !== "" ? [] : ["archive.folder: must be the path of a folder"]),
    ...wrong,
    ...(wrong.length === 0 && milliseconds(keepInRedis) < leastKeepMs
      ? [`archive.keepInRedis: must be 4d or more, not ${JSON.stringify(keepInRedis)}`]
      : []),
  ];
}

export function archiveSettings(place: ArchivePlace | undefined): ArchiveSettings | undefined {
  if (place === undefined) return undefined;
  const { folder, keepInRedis = defaultKeep } = place;
  let store: ArchiveStore | undefined;
  return { store: () => (store ??= folderStore(folder)), keepInRedis: milliseconds(keepInRedis) };
}
