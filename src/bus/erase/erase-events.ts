import { type BusEvent, decodeEvent } from "../../define/event.ts";
import { markedValues, scalarsIn } from "../../define/marked-values.ts";
import { searchValues } from "../../define/search-keys.ts";
import type { AnyTopic } from "../../define/topic.ts";
import type { LogEntry, TopicLog } from "../../log/topic-log.ts";
import type { LookedAt } from "../../vault/look.ts";
import { subjectOf } from "../../vault/subject-of.ts";
import { isNoValue } from "../../vault/in-place.ts";
import type { Vault } from "../../vault/vault-port.ts";

/** An event that holds personal data of a subject. */
export interface SubjectEvent {
  readonly id: string;
  readonly time: string;
  readonly topic: string;
  readonly partition: number;
  /** How many the topic has. */
  readonly partitions: number;
  readonly entryId: string;
  /** False: it was published before its fields were marked, and stands in the clear. */
  readonly sealed: boolean;
  /** Why its personal values cannot be read, other than by an erasure: `[sealed with the key zz, …]`, or what is wrong with them. */
  readonly closed?: string;
  /** The personal values of it, as far as they can still be read. */
  readonly personal: readonly string[];
  /** Those of them that it is found by. */
  readonly search: readonly string[];
}

export interface EventsOfSubject {
  readonly topics: readonly AnyTopic[];
  readonly log: TopicLog;
  readonly vault: Pick<Vault, "look">;
  /** Told after each page. */
  readonly onProgress?: ((soFar: { readonly events: number; readonly total: number }) => void) | undefined;
}

const pageSize = 200;

/** Reads whole logs: what is about somebody stands in any of their events, and the search keys know only some. */
export async function eventsOfSubject(
  { topics, log, vault, onProgress }: EventsOfSubject,
  { subject, hash }: { readonly subject: string; readonly hash: string },
): Promise<readonly SubjectEvent[]> {
  const found: SubjectEvent[] = [];
  const to = Date.now() + 60_000;
  const total = onProgress && (await heldOf(topics, log));
  let read = 0;
  for (const topic of topics) {
    const partitions = await log.partitions(topic.name);
    for (let partition = 0; partition < partitions; partition++) {
      let after: string | undefined;
      for (;;) {
        const entries = await log.range(topic.name, partition, { from: 0, to, after, count: pageSize });
        const looked = await vault.look(entries.map(({ json }) => json));
        for (const [index, one] of looked.entries())
          found.push(...ofSubject(topic, one, { entry: entries[index]!, subject, hash, partition, partitions }));
        read += entries.length;
        if (total !== undefined) onProgress?.({ events: read, total: Math.max(total, read) });
        if (entries.length < pageSize) break;
        after = entries.at(-1)!.id;
      }
    }
  }
  return found;
}

/** Events in the logs of these topics. */
async function heldOf(topics: readonly AnyTopic[], log: TopicLog): Promise<number> {
  let held = 0;
  for (const { name } of topics)
    for (let partition = 0; partition < (await log.partitions(name)); partition++) held += (await log.standing(name, partition)).held;
  return held;
}

interface Where {
  readonly entry: LogEntry;
  readonly subject: string;
  readonly hash: string;
  readonly partition: number;
  readonly partitions: number;
}

function ofSubject(topic: AnyTopic, looked: LookedAt | Error, { entry, subject, hash, ...place }: Where): SubjectEvent[] {
  const sealed = entry.json.includes(`"subject.${hash}.`);
  if (looked instanceof Error) return sealed ? unread(topic, looked, { entry, ...place }) : [];
  const { clear: event, closed: [closed] = [] } = looked;
  const own = markedValuesOf(topic, event).filter((value) => value.subject === subject);
  if (!sealed && own.length === 0) return [];
  const personal = own.flatMap(({ value }) => scalarsIn(value)).filter((text) => !isNoValue(text));
  const search = searchValues(topic.index, event.data).values.filter((value) => personal.includes(value));
  const why = sealed && closed !== undefined ? { closed } : {};
  return [{ id: event.id, time: event.time, topic: topic.name, ...place, entryId: entry.id, sealed, ...why, personal, search }];
}

/** What cannot be opened is of the subject all the same, and so is what was planned for it. */
function unread(topic: AnyTopic, { message: closed }: Error, { entry, ...place }: Omit<Where, "subject" | "hash">): SubjectEvent[] {
  try {
    const { id, time } = decodeEvent(entry.json);
    return [{ id, time, topic: topic.name, ...place, entryId: entry.id, sealed: true, closed, personal: [], search: [] }];
  } catch {
    return [];
  }
}

/** Whether an event has personal data of a subject, of which nothing is sealed. */
export function holdsInTheClear(topic: AnyTopic, event: BusEvent, subject: string): boolean {
  return markedValuesOf(topic, event).some((value) => value.subject === subject);
}

interface OfSubject {
  readonly value: unknown;
  /** Undefined: it cannot be told any more. */
  readonly subject: string | undefined;
}

/** The values that have a subject. */
function markedValuesOf({ marks }: AnyTopic, event: LookedAt["clear"]): readonly OfSubject[] {
  const place = marks?.places[(event.dataversion ?? 1) - 1];
  if (place === undefined) return [];
  return markedValues(place, event.data).flatMap(({ mark, value, path }): OfSubject[] => {
    if (mark.kind !== "pii" || mark.subject === undefined) return [];
    try {
      return [{ value, subject: subjectOf(mark.subject, event, path) }];
    } catch {
      return [{ value, subject: undefined }];
    }
  });
}
