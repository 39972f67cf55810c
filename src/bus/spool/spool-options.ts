import { unknownOptions } from "../../define/names.ts";

export interface SpoolPlace {
  /** A folder on a disk that outlives the process. It is made where it is missing. */
  readonly folder: string;
  /** Bytes that may wait at most; what comes then fails with `PUBLISH_FAILED`. Default 64 MiB. */
  readonly limit?: number;
}

export const defaultSpoolLimit = 64 * 1_024 * 1_024;

/** What is wrong with where events are to wait. Pure. */
export function spoolProblems(spool: SpoolPlace | undefined): string[] {
  if (spool === undefined) return [];
  if (typeof spool !== "object" || spool === null) return [`spool: must be { folder, limit }, not ${JSON.stringify(spool)}`];
  const { folder, limit = defaultSpoolLimit } = spool;
  return [
    ...unknownOptions(spool, ["folder", "limit"]).map((problem) => `spool: ${problem}`),
    ...(typeof folder === "string" && folder !== "" ? [] : ["spool.folder: must be the path of a folder"]),
    ...(Number.isInteger(limit) && limit >= 1_048_576 ? [] : [`spool.limit: must be a whole number of bytes from 1048576, not ${limit}`]),
  ];
}
