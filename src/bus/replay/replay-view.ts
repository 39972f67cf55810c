import type { MessageFields } from "../../channels/channel.ts";
import type { Catalog } from "../../define/catalog.ts";
import { maskWords } from "../../define/mask.ts";
import { maskedPattern } from "../../define/personal-filter.ts";
import type { PartCounts, ReplayCounts } from "../../router/replay-counts.ts";
import type { ReplayAct, ReplayState, StoredReplay } from "./operation.ts";
import type { ReplayMode } from "./replay-mode.ts";

export interface ReplayResult extends ReplayCounts {
  /** Undefined for a preview. */
  readonly id?: string;
  /** Events that it is to read. */
  readonly total: number;
  /** By subscriber and channel. */
  readonly parts: readonly PartCounts[];
  /** Events read a second since its last run began; absent before the first page. */
  readonly rate?: number;
  /** Milliseconds until its end at that rate; absent where nobody works on it. */
  readonly left?: number;
  /** Of a preview, the first ten of what would be queued. */
  readonly samples: readonly ReplaySample[];
  /** What today's code says of the first event that it cannot plan. */
  readonly firstProblem?: string;
  /** False: it was ended before. */
  readonly finished: boolean;
}

export interface ReplaySample {
  readonly delivery: string;
  readonly subscriber: string;
  readonly channel: string;
  readonly route: string;
  readonly to: string;
  readonly event: string;
  readonly time: string;
  /** What today's template makes of it, by the names of the message's fields; absent for a handler, and where `problem` says why there is nothing. */
  readonly rendered?: MessageFields;
  readonly problem?: string;
}

/** A stored replay, for those who look. */
export interface ReplayView extends Omit<ReplayResult, "samples"> {
  readonly id: string;
  readonly state: ReplayState;
  readonly mode: ReplayMode;
  readonly topics: readonly string[];
  readonly subscribers: readonly string[];
  readonly routes?: readonly string[];
  /** The pattern as JSON; what it says of personal data, and the addresses that it names, are masked. */
  readonly filter?: string;
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** Deliveries a second at most. */
  readonly pace?: number;
  readonly reason?: string;
  readonly actor?: string;
  readonly created: string;
  /** Who did what to it, and why, the oldest first. */
  readonly acts: readonly ReplayAct[];
  /** Why the last run of it ended before its time. */
  readonly trouble?: string;
}

/** Pure. */
export function replayView({ spec, state, progress, acts, trouble }: StoredReplay, catalog: Catalog): ReplayView {
  const { from, to, created, subscribers, filter, ...rest } = spec;
  const { counts, parts, firstProblem } = progress;
  return {
    ...rest,
    ...(filter === undefined ? {} : { filter: filterShown(filter, spec.topics, catalog) }),
    subscribers: subscribers.map((identity) => catalog.subscriber(identity)?.name ?? identity),
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    created: new Date(created).toISOString(),
    state,
    ...counts,
    parts,
    ...speedOf({ spec, state, progress }),
    ...(firstProblem === undefined ? {} : { firstProblem: maskWords(firstProblem) }),
    finished: state === "finished",
    acts,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** Who may look at replays was not told whom its filter means. Pure. */
function filterShown(filter: string, topics: readonly string[], catalog: Catalog): string {
  const meant = catalog.topics.filter(({ name }) => topics.includes(name));
  return maskWords(JSON.stringify(maskedPattern(JSON.parse(filter), meant)));
}

/** How fast its last run is, and how long it still takes. Pure. */
export function speedOf({ spec, state, progress }: Pick<StoredReplay, "spec" | "state" | "progress">): Pick<ReplayResult, "rate" | "left"> {
  const { run, at, counts } = progress;
  if (run === undefined || at === undefined || at <= run.since || counts.events <= run.events) return {};
  const rate = ((counts.events - run.events) / (at - run.since)) * 1_000;
  const left = Math.round((Math.max(0, spec.total - counts.events) / rate) * 1_000);
  return { rate: Math.round(rate * 10) / 10, ...(state === "running" ? { left } : {}) };
}
