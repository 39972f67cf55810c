import type { ArchiveStore } from "../../log/archive/archive-store.ts";
import { readManifests } from "../../log/archive/read-segment.ts";
import type { Manifest } from "../../log/archive/segment.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { LogPlace } from "../../router/replay.ts";
import { archivedPast } from "../archive/archived-past.ts";
import { type Known, pastOfLog } from "./past.ts";

/** The past for whoever reads it, with an archive or without. */
export interface PastFor {
  of(options: { readonly replay: string | undefined; readonly outcomes: boolean }): Known;
  /** Segments of a log, in the order of their days. */
  segments(place: LogPlace): Promise<readonly Manifest[]>;
}

export function pastFor({
  log,
  application,
  store,
}: {
  readonly log: TopicLog;
  readonly application: string;
  readonly store: (() => ArchiveStore) | undefined;
}): PastFor {
  if (store === undefined) return { of: ({ outcomes }) => pastOfLog(log, { missing: outcomes }), segments: async () => [] };
  return {
    of: (options) => archivedPast({ log, application, store: store(), ...options }),
    segments: async ({ topic, partition }) =>
      (await readManifests(store(), `${application}/${topic}/`)).filter((one) => one.partition === partition),
  };
}
