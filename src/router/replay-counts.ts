import type { ChannelName } from "../define/channel-name.ts";
import type { AudienceTask, Delivery } from "../define/delivery.ts";
import { refusesReplay } from "./plan.ts";
import { askedAbout, type PlannedEvent, type PlannedPage, plansOf } from "./replay-page.ts";

/** Where a delivery that is planned again stands. `ended`: suppressed, expired, cancelled, or gone from an archive without word of it. */
export type Standing = "missing" | "sent" | "underWay" | "dead" | "ended";

/** Counts of one replay. `planned` is the sum of `missing`, `sent`, `underWay`, `dead`, `ended` and `refused`. */
export interface ReplayCounts {
  /** Events read, those of them that the replay's filter lets through, and how often a subscriber's filter lets one of these through. */
  readonly events: number;
  readonly selected: number;
  readonly matched: number;
  readonly planned: number;
  /** Never sent, and in no queue. */
  readonly missing: number;
  /** Those of them that this replay has queued; none in a preview. */
  readonly queued: number;
  readonly sent: number;
  readonly underWay: number;
  readonly dead: number;
  readonly ended: number;
  /** Never sent, because their address is wrong. */
  readonly refused: number;
  /** Audiences whose recipients were not looked up yet. */
  readonly audiences: number;
  /** Routes that were not taken because they refuse replays. */
  readonly never: number;
  /** Events that today's code cannot plan, and segments of an archive that cannot be read. */
  readonly problems: number;
}

export const noCounts: ReplayCounts = {
  events: 0,
  selected: 0,
  matched: 0,
  planned: 0,
  missing: 0,
  queued: 0,
  sent: 0,
  underWay: 0,
  dead: 0,
  ended: 0,
  refused: 0,
  audiences: 0,
  never: 0,
  problems: 0,
};

export function addCounts<Counts extends ReplayCounts>(to: Counts, counts: ReplayCounts): Counts {
  const names = Object.keys(noCounts) as (keyof ReplayCounts)[];
  return { ...to, ...Object.fromEntries(names.map((name) => [name, to[name] + counts[name]])) };
}

/** What one subscriber sends by one channel. */
export interface PartCounts {
  readonly subscriber: string;
  readonly channel: ChannelName;
  readonly planned: number;
  readonly missing: number;
}

export function addParts(to: readonly PartCounts[], parts: readonly PartCounts[]): readonly PartCounts[] {
  const sums = new Map<string, PartCounts>();
  for (const part of [...to, ...parts]) {
    const name = `${part.subscriber} ${part.channel}`;
    const before = sums.get(name);
    const sum = before && { ...part, planned: before.planned + part.planned, missing: before.missing + part.missing };
    sums.set(name, sum ?? part);
  }
  return [...sums.values()];
}

/** A planned page with where its deliveries stand. */
export interface JudgedPage {
  readonly counts: ReplayCounts;
  readonly parts: readonly PartCounts[];
  readonly missing: readonly { readonly made: PlannedEvent; readonly deliveries: readonly Delivery[] }[];
  readonly tasks: readonly AudienceTask[];
  readonly problem: string | undefined;
}

/** @param standings of the deliveries that `askedAbout` names, in its order */
export function judgePage(
  { selected, planned }: PlannedPage,
  {
    events,
    standings,
    tasks,
    damaged = [],
  }: {
    readonly events: number;
    readonly standings: readonly Standing[];
    readonly tasks: readonly AudienceTask[];
    readonly damaged?: readonly string[];
  },
): JudgedPage {
  const problems = [...damaged, ...planned.flatMap((one) => ("problem" in one ? [one.problem] : []))];
  const plans = plansOf(planned);
  const standingOf = new Map(askedAbout(planned).map(({ id }, index) => [id, standings[index]!]));
  const of = (standing: Standing): number => standings.filter((one) => one === standing).length;
  const missing = plans.flatMap((made) => {
    const deliveries = made.plan.deliveries.filter(({ id, refusal }) => refusal === undefined && standingOf.get(id) === "missing");
    return deliveries.length === 0 ? [] : [{ made, deliveries }];
  });
  const deliveries = plans.flatMap(({ plan: { deliveries: all } }) => all);
  const counts: ReplayCounts = {
    events,
    selected,
    matched: plans.filter(({ plan: { deliveries: own, audiences } }) => own.length + audiences.length > 0).length,
    planned: deliveries.length,
    missing: of("missing"),
    queued: 0,
    sent: of("sent"),
    underWay: of("underWay"),
    dead: of("dead"),
    ended: of("ended"),
    refused: deliveries.length - standings.length,
    audiences: tasks.length,
    never: plans.flatMap(({ plan: { skipped } }) => skipped).filter(({ reason }) => reason === refusesReplay).length,
    problems: problems.length,
  };
  return { counts, parts: partsOf(plans, standingOf), missing, tasks, problem: problems[0] };
}

function partsOf(plans: readonly PlannedEvent[], standingOf: ReadonlyMap<string, Standing>): readonly PartCounts[] {
  const each = plans.flatMap(({ subscriber: { name: subscriber }, plan: { deliveries } }) =>
    deliveries.map(({ id, channel }) => ({ subscriber, channel, planned: 1, missing: standingOf.get(id) === "missing" ? 1 : 0 })),
  );
  return addParts([], each);
}
