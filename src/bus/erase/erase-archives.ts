import { messageOf } from "../../base/errors.ts";
import type { BusEvent } from "../../define/event.ts";
import type { AnyTopic } from "../../define/topic.ts";
import type { ArchiveStore } from "../../log/archive/archive-store.ts";
import { readManifests, segmentLines } from "../../log/archive/read-segment.ts";
import { holdsInTheClear } from "./erase-events.ts";
import type { ArchivesErased } from "./erase-report.ts";

export interface EraseArchives {
  readonly application: string;
  readonly topics: readonly AnyTopic[];
  /** Undefined: no archive is configured. */
  readonly store: (() => ArchiveStore) | undefined;
}

/** Reads all segments of these topics, line by line. */
export async function eraseArchives(
  { application, topics, store }: EraseArchives,
  { subject, hash }: { readonly subject: string; readonly hash: string },
): Promise<ArchivesErased> {
  const archived: Record<string, number> = {};
  const archivedInTheClear: Record<string, number> = {};
  const archiveProblems: string[] = [];
  const tried = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      archiveProblems.push(messageOf(error));
    }
  };
  const asJson = JSON.stringify(subject).slice(1, -1);

  for (const topic of store === undefined ? [] : topics)
    await tried(async () => {
      for (const manifest of await readManifests(store!(), `${application}/${topic.name}/`))
        await tried(async () => {
          for await (const line of segmentLines(store!(), manifest)) {
            if (line.includes(`"subject.${hash}.`)) count(archived, topic.name);
            else if (line.includes(asJson) && holdsInTheClear(topic, eventIn(line), subject)) count(archivedInTheClear, topic.name);
          }
        });
    });
  return { archived, archivedInTheClear, archiveProblems };
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function eventIn(line: string): BusEvent {
  return (JSON.parse(line) as { readonly event: BusEvent }).event;
}
