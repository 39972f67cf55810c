import { BusbarError } from "../../base/errors.ts";
import { pause } from "../../base/pause.ts";
import { channelNames } from "../../define/channel-name.ts";
import type { Topics } from "../../define/catalog.ts";
import type { DeliveryReference } from "../../define/reference.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { subjectKeyMs, type SubjectKeys } from "../../vault/subject-keys.ts";
import type { Vault } from "../../vault/vault-port.ts";
import { byName } from "../by.ts";
import type { EraseOptions, EraseReport } from "./erase-report.ts";
import { eventsOfSubject, type SubjectEvent } from "./erase-events.ts";
import { type EraseArchives, eraseArchives } from "./erase-archives.ts";
import { eraseJobs, type JobsErased } from "./erase-jobs.ts";
import type { LazyParts } from "../parts.ts";

export interface EraserOptions {
  readonly topics: Topics;
  readonly vault: Vault & { readonly subjects: SubjectKeys };
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly application: string;
  /** The archive, where there is one. */
  readonly store: EraseArchives["store"];
  /** Milliseconds until no process has the key any more. */
  readonly wait?: number;
}

/**
 * Erases a subject: clear search keys and consents → destroy the key → wait until no process remembers it → clear jobs, time lines and routing
 * records → count what archives hold. Each step may be done twice, so that an erasure that was cut off is called again.
 */
export function eraser({
  topics,
  vault,
  log,
  parts,
  application,
  store,
  wait = subjectKeyMs + 500,
}: EraserOptions): (options: EraseOptions) => Promise<EraseReport> {
  const all = Object.values(topics).filter(({ marks }) => marks?.subjects === true);

  return async ({ subject, preview = false, by = {}, onProgress }) => {
    if (typeof subject !== "string" || subject === "")
      throw new BusbarError("INVALID_RANGE", "erase: subject must be text: whose data it is.");
    const hash = vault.subjects.hashOf(subject);
    const { present, erased } = await vault.subjects.standing(hash);
    const found = await eventsOfSubject({ topics: all, log, vault, onProgress }, { subject, hash });
    if (!preview) {
      const reason = by.reason === undefined ? {} : { reason: by.reason };
      await parts.audit().record({ by: byName(by), what: "erase", of: `the subject ${hash}`, ...reason });
    }
    const addresses = [...new Set(found.flatMap(({ personal }) => personal))];
    // What only an opened event tells comes first: called again after a crash, it is known still.
    const searchEntries = preview ? found.reduce((sum, { search }) => sum + search.length, 0) : await forgetSearch(found);
    const forgotten = await forgetConsents(addresses, preview);
    if (!preview && (await vault.subjects.destroy(hash))) await pause(wait);
    const { deliveries, ...jobs } = await eraseJobs(parts, { hash, events: found, addresses, preview, by });
    const known = [...deliveries, ...(await plannedFor(found))];
    return {
      key: present ? "destroyed" : erased === undefined ? "none" : "gone",
      events: counted(found.filter(({ sealed }) => sealed)),
      inTheClear: counted(found.filter(({ sealed }) => !sealed)),
      unopened: counted(found.filter(({ closed }) => closed !== undefined)),
      searchEntries,
      ...(jobs satisfies Omit<JobsErased, "deliveries">),
      timelines: await forgetTimelines(known, preview),
      reasons: await forgetReasons(found, preview),
      ...forgotten,
      ...(await eraseArchives({ application, topics: all, store }, { subject, hash })),
    };
  };

  async function forgetSearch(events: readonly SubjectEvent[]): Promise<number> {
    let removed = 0;
    for (const { topic, partition, entryId, search } of events) removed += await log.forgetSearch({ topic, partition, entryId }, search);
    return removed;
  }

  async function plannedFor(events: readonly SubjectEvent[]): Promise<DeliveryReference[]> {
    const planned: DeliveryReference[] = [];
    for (const { id, time, partitions } of events)
      for (const { deliveries } of await log.routed(id, time, partitions))
        planned.push(...deliveries.map((delivery) => ({ id: delivery.id, event: { time } })));
    return planned;
  }

  async function forgetReasons(events: readonly SubjectEvent[], preview: boolean): Promise<number> {
    let records = 0;
    for (const { id, time, partitions } of events)
      records += preview
        ? (await log.routed(id, time, partitions)).filter(({ problem, skipped }) => (problem ?? skipped) !== undefined).length
        : await log.forgetReasons(id, time, partitions);
    return records;
  }

  async function forgetTimelines(deliveries: readonly DeliveryReference[], preview: boolean): Promise<number> {
    const each = [...new Map(deliveries.map((delivery) => [delivery.id, delivery])).values()];
    if (!preview) for (const delivery of each) await parts.ledger().forget(delivery);
    return each.length;
  }

  async function forgetConsents(addresses: readonly string[], preview: boolean) {
    let [consents, suppressionsKept] = [0, 0];
    for (const channel of channelNames) {
      if (channel === "webhook" || channel === "handler") continue;
      for (const address of addresses) {
        const place = { channel, address };
        const had = preview ? (await parts.consents().of(place)).length > 0 : await parts.consents().forget(place);
        if (had) consents += 1;
        if ((await parts.suppressions().of(place)).length > 0) suppressionsKept += 1;
      }
    }
    return { consents, suppressionsKept };
  }
}

function counted(events: readonly SubjectEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { topic } of events) counts[topic] = (counts[topic] ?? 0) + 1;
  return counts;
}
