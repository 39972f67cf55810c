import type { Catalog } from "../../define/catalog.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { PlanOptions } from "../../router/plan-options.ts";
import type { LazyParts } from "../parts.ts";
import { chosenOf } from "./chosen.ts";
import { recordPersonal } from "./record-personal.ts";
import { diff, type DiffCounts, type Difference } from "./diff.ts";
import { archiveKnows, keptOf } from "./kept.ts";
import type { PastFor } from "./past-for.ts";
import { checkKept, rangeOf } from "./range.ts";
import { type Rendering, rendered } from "./render.ts";
import type { ReplaySelection } from "./replay-request.ts";

export interface DiffResult extends DiffCounts {
  /** Events that it is to read. */
  readonly total: number;
  /** The first of them, in the order of the events. */
  readonly differences: readonly Difference[];
  /** Differences beyond those that are listed. */
  readonly more: number;
  /** What today's code says of the first event that it cannot plan or render. */
  readonly firstProblem?: string;
  /** False: it was ended before. */
  readonly finished: boolean;
}

export interface DiffOptions {
  /** So many differences are listed at most; all are counted. Default 1,000. */
  readonly most?: number | undefined;
  /** Told after each page of 200 events. */
  readonly onProgress?: ((soFar: DiffCounts & { readonly total: number }) => void) | undefined;
  /** Ends it after the page under way. */
  readonly signal?: AbortSignal | undefined;
}

export interface DifferOptions {
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly catalog: () => Promise<Catalog>;
  readonly planning: PlanOptions;
  readonly rendering: () => Promise<Rendering>;
  readonly past: PastFor;
  /** What digests of sent messages are keyed with. */
  readonly secret: string;
}

const none: DiffCounts = {
  events: 0,
  selected: 0,
  same: 0,
  added: 0,
  removed: 0,
  changed: 0,
  unsent: 0,
  unknown: 0,
  audiences: 0,
  problems: 0,
};
const defaultMost = 1_000;

/** Compares what today's code makes of past events with what was sent then. */
export function differ({ log, parts, catalog, planning, rendering, past, secret }: DifferOptions) {
  return async (selection: ReplaySelection, { most = defaultMost, onProgress, signal }: DiffOptions = {}): Promise<DiffResult> => {
    const choice = chosenOf(await catalog(), selection);
    const { topics, subscribers, routes, filter } = choice;
    const range = await rangeOf(selection, {
      topics,
      mode: "diff",
      log,
      now: Date.now(),
      archiveKnows: (from) => archiveKnows({ log, ...past }, topics, from),
    });
    const kept = await keptOf({ log, ...past }, topics, range);
    checkKept(range, kept, { asked: (selection.from ?? selection.fromEvent) !== undefined });
    await recordPersonal(parts.audit, choice, {});
    const total = kept.reduce((sum, { events }) => sum + events, 0);
    const made = await rendering();
    const differences: Difference[] = [];
    let counts = none;
    let more = 0;
    let firstProblem: string | undefined;
    const { finished } = await diff(
      {
        past: past.of({ replay: undefined, outcomes: true }),
        partitions: (topic) => log.partitions(topic),
        routed: ({ partition }, asked) => log.routedBy(partition, asked),
        standings: (deliveries) => parts.ledger().standings(deliveries),
        sent: (deliveries) => parts.ledger().sent(deliveries),
        render: (delivery) => rendered(made, delivery),
        secret,
      },
      {
        ...range,
        topics,
        chosen: subscribers.map((subscriber) => ({ subscriber, planning: { ...planning, routes } })),
        filter,
        signal,
        onPage(page) {
          counts = added(counts, page.counts);
          const listed = page.differences.slice(0, Math.max(0, most - differences.length));
          differences.push(...listed);
          more += page.differences.length - listed.length;
          firstProblem ??= page.problem;
          onProgress?.({ ...counts, total });
        },
      },
    );
    return { ...counts, total, differences, more, ...(firstProblem === undefined ? {} : { firstProblem }), finished };
  };
}

function added(to: DiffCounts, counts: DiffCounts): DiffCounts {
  const names = Object.keys(none) as (keyof DiffCounts)[];
  return Object.fromEntries(names.map((name) => [name, to[name] + counts[name]])) as unknown as DiffCounts;
}
