import type { AudienceTask, Delivery } from "../define/delivery.ts";
import type { ParsedPattern } from "../filter/parsed-pattern.ts";
import type { LogEntry, LogRange, RoutedRecord } from "../log/topic-log.ts";
import { type JudgedPage, judgePage, type Standing } from "./replay-counts.ts";
import { askedAbout, audiencesOf, type Chosen, type PlannedEvent, planPage, readPast } from "./replay-page.ts";
import { routedRecord } from "./route-entry.ts";

/** Where past events are read: in their log, or in the archive where they have left it. */
export interface Past {
  /** A page of entries, oldest first; none: there are no more. */
  page(place: LogPlace, range: LogRange): Promise<PastPage>;
}

export interface LogPlace {
  readonly topic: string;
  readonly partition: number;
}

export interface PastPage {
  /** None: there are no more. */
  readonly entries: readonly LogEntry[];
  /** Of what came out of an archive. */
  readonly archived?: ArchivedPage;
  /** Segments that cannot be read, and are passed over: each a sentence that names it. */
  readonly damaged?: readonly string[];
}

export interface ArchivedPage {
  /** How a delivery stood when its event was archived; undefined for one that nobody had planned, or that was never sent. */
  stood(deliveryId: string): Standing | undefined;
  /** Whether an audience had been looked up, whose recipients nobody can tell any more from others. */
  lookedUp(task: AudienceTask): boolean;
  /** Notes for good what is about to be queued: nothing else remembers it for long. */
  queueing(deliveryIds: readonly string[]): Promise<void>;
}

export interface ReplayDeps {
  readonly past: Past;
  readonly partitions: (topic: string) => Promise<number>;
  /** Where deliveries stand, in their order. */
  readonly look: (deliveries: readonly Delivery[]) => Promise<readonly Standing[]>;
  readonly audienceKnown: (task: AudienceTask) => Promise<boolean>;
  readonly record: (partition: number, record: RoutedRecord) => Promise<void>;
  readonly enqueue: (deliveries: readonly Delivery[]) => Promise<void>;
  readonly enqueueAudience: (task: AudienceTask, partition: number) => Promise<void>;
}

export interface ReplayRun {
  readonly topics: readonly string[];
  readonly chosen: readonly Chosen[];
  readonly filter: ParsedPattern | undefined;
  /** Milliseconds since 1970, both included. */
  readonly from: number;
  readonly to: number;
  /** Undefined: it only looks. Else what the records of what it adds are called by: `replay/<id>` or `again/<id>`. */
  readonly recordAs: string | undefined;
  /** Told after each page. `after` is the place in the log that it has got to. False: it ends here. */
  readonly onPage: (page: JudgedPage & LogPlace & { readonly after: string }) => Promise<boolean>;
  /** The places that an earlier run had got to. */
  readonly placeOf: (place: LogPlace) => string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Small pages, so that live traffic goes on beside them. */
export const replayPageSize = 50;

/**
 * Routes past events again for chosen subscribers, and queues what is missing: read a page → plan → look what became of it → record
 * → enqueue → save the place. It reads by range and never uses the group, so that live routing goes on untouched; deliveries that live routing
 * would make have the same ids as ever, so that what somebody else queues meanwhile is not sent twice.
 */
export async function replay(deps: ReplayDeps, run: ReplayRun): Promise<{ readonly finished: boolean }> {
  const { topics, from, to, placeOf, onPage, signal } = run;
  for (const topic of topics)
    for (let partition = 0; partition < (await deps.partitions(topic)); partition++) {
      let after = placeOf({ topic, partition });
      for (;;) {
        if (signal?.aborted) return { finished: false };
        const page = await deps.past.page({ topic, partition }, { from, to, after, count: replayPageSize });
        if (page.entries.length === 0 && page.damaged === undefined) break;
        after = page.entries.at(-1)?.id ?? after ?? "0-0";
        if (!(await onPage({ ...(await replayPage(deps, run, { ...page, topic, partition })), topic, partition, after })))
          return { finished: false };
        if (page.entries.length === 0) break;
      }
    }
  return { finished: true };
}

async function replayPage(
  deps: ReplayDeps,
  { chosen, filter, recordAs }: ReplayRun,
  { entries, archived, damaged = [], topic, partition }: PastPage & LogPlace,
): Promise<JudgedPage> {
  const page = planPage(entries, { topic, chosen, filter, read: await readPast(entries, { topic, chosen }) });
  const asked = askedAbout(page.planned);
  const standings = (await deps.look(asked)).map((now, index) => (now === "missing" ? archived?.stood(asked[index]!.id) : now) ?? now);
  const tasks: AudienceTask[] = [];
  for (const task of audiencesOf(page.planned))
    if (archived?.lookedUp(task) !== true && !(await deps.audienceKnown(task))) tasks.push(task);

  const judged = judgePage(page, { events: entries.length, standings, tasks, damaged });
  if (recordAs === undefined) return judged;
  const missing = judged.missing.flatMap(({ deliveries }) => deliveries);
  // The records first: what is in a queue is always known of.
  if (missing.length > 0) await archived?.queueing(missing.map(({ id }) => id));
  for (const { made, deliveries } of judged.missing) await deps.record(partition, recordOf(made, deliveries, recordAs));
  if (missing.length > 0) await deps.enqueue(missing);
  for (const task of tasks) await deps.enqueueAudience(task, partition);
  return { ...judged, counts: { ...judged.counts, queued: missing.length } };
}

function recordOf({ subscriber, event }: PlannedEvent, deliveries: readonly Delivery[], page: string): RoutedRecord {
  return { ...routedRecord(subscriber, event, { deliveries, audiences: [], skipped: [] }), page };
}
