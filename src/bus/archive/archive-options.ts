import { createRequire } from "node:module";
import { milliseconds, type Duration } from "../../base/duration.ts";
import { unknownOptions } from "../../define/names.ts";
import { durationProblems } from "../../define/policy.ts";
import type { ArchiveStore } from "../../log/archive/archive-store.ts";
import { folderStore } from "../../log/archive/folder-store.ts";
import { parseS3Address, s3AddressProblems } from "../../log/archive/s3-address.ts";
import { noSdk } from "../../log/archive/s3-client.ts";
import { s3ArchiveStore } from "../../log/archive/s3-store.ts";

/** Where segments of the logs go, a day after they are whole: a folder or a bucket. */
export interface ArchivePlace {
  /** A folder on a disk that outlives the process; all processes see the same. */
  readonly folder?: string;
  /**
   * A bucket: `s3://bucket/prefix?region=ap-south-1`, for another store than AWS with `&endpoint=https://…`. With an endpoint the region is `us-east-1` unless it is given, and the bucket stands in the path
   * unless `pathStyle=false`. Needs the package `@aws-sdk/client-s3`, which finds the credentials.
   */
  readonly s3?: string;
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
  if (typeof place !== "object" || place === null)
    return [`archive: must be { folder, keepInRedis } or { s3, keepInRedis }, not ${JSON.stringify(place)}`];
  const { folder, s3, keepInRedis = defaultKeep } = place as ArchivePlace;
  const wrong = durationProblems("archive.keepInRedis", keepInRedis);
  return [
    ...unknownOptions(place, ["folder", "s3", "keepInRedis"]).map((problem) => `archive: ${problem}`),
    ...placeProblems(folder, s3),
    ...wrong,
    ...(wrong.length === 0 && milliseconds(keepInRedis) < leastKeepMs
      ? [`archive.keepInRedis: must be 4d or more, not ${JSON.stringify(keepInRedis)}`]
      : []),
  ];
}

/** Of the environment's part. */
export function archiveVariableProblems({
  ARCHIVE_FOLDER: folder,
  ARCHIVE_S3: s3,
}: Readonly<Record<string, string | undefined>>): string[] {
  if (s3 === undefined) return [];
  const both = folder === undefined ? [] : ["ARCHIVE_FOLDER and ARCHIVE_S3 are both set: keep one of them"];
  return [...both, ...s3AddressProblems(s3).map((problem) => `ARCHIVE_S3: ${problem}`)];
}

function placeProblems(folder: unknown, s3: unknown): string[] {
  if (folder !== undefined && s3 !== undefined) return ["archive: folder and s3 are both given: keep one of them"];
  if (s3 === undefined) return typeof folder === "string" && folder !== "" ? [] : ["archive.folder: must be the path of a folder"];
  return [...s3AddressProblems(s3), ...(sdkIsThere() ? [] : [noSdk])].map((problem) => `archive.s3: ${problem}`);
}

/** It is looked for, and not loaded. */
function sdkIsThere(): boolean {
  try {
    createRequire(import.meta.url).resolve("@aws-sdk/client-s3");
    return true;
  } catch {
    return false;
  }
}

export function archiveSettings(place: ArchivePlace | undefined): ArchiveSettings | undefined {
  if (place === undefined) return undefined;
  const { folder = "", s3, keepInRedis = defaultKeep } = place;
  const open = (): ArchiveStore => (s3 === undefined ? folderStore(folder) : s3ArchiveStore({ address: parseS3Address(s3) }));
  let store: ArchiveStore | undefined;
  return { store: () => (store ??= open()), keepInRedis: milliseconds(keepInRedis) };
}
