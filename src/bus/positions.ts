import type { Catalog } from "../define/catalog.ts";
import type { GroupStanding, Held, Hold, LogStanding } from "../log/log-standing.ts";
import type { TopicLog } from "../log/topic-log.ts";

/** How far a subscriber has read, over all its topics. */
export interface SubscriberPosition {
  readonly name: string;
  readonly topics: readonly string[];
  /** `paused` or `draining`: it reads nothing, in no process, until it is resumed. Else it is `running`, whether a router is there or not. */
  readonly state: "running" | Hold;
  /** Since when it is paused or draining, RFC 3339. */
  readonly heldSince?: string;
  /** Who held it up first, and why; absent where that is not known. */
  readonly heldBy?: { readonly by: string; readonly reason?: string };
  /** Events that it has not read yet. */
  readonly lag: number;
  /** Milliseconds since the oldest of them was published; absent where it has read all. */
  readonly oldestAge?: number;
  /** Events read and not acknowledged: being routed, or held because a queue refuses. */
  readonly pending: number;
  /** Events that were gone before it read them. */
  readonly gaps: number;
  /** When a router last looked after it, RFC 3339; absent: never. */
  readonly seen?: string;
  /** When a person last set where it reads on, RFC 3339, and how many events that passed over and how many it read again. */
  readonly moved?: { readonly at: string; readonly skipped: number; readonly again: number };
}

/** The logs of one subscriber are moved one after the other, milliseconds. */
const oneMoveMs = 5_000;

/** How far everyone has read each topic, partition by partition. */
export type TopicStandings = ReadonlyMap<string, readonly LogStanding[]>;

export async function topicStandings(log: TopicLog, { topics }: Catalog): Promise<TopicStandings> {
  const read = topics.map(async ({ name }) => {
    const partitions = Array.from({ length: await log.partitions(name) }, (_, partition) => log.standing(name, partition));
    return [name, await Promise.all(partitions)] as const;
  });
  return new Map(await Promise.all(read));
}

/** The subscribers of an application, in the order of their names. Pure. */
export function subscriberPositions(standings: TopicStandings, application: string, catalog: Catalog): readonly SubscriberPosition[] {
  return catalog.subscribers
    .map(({ name, identity, topics }) => {
      const group = `${application}.${identity}`;
      const places = topics.flatMap((topic) => standings.get(topic.name) ?? []);
      const own = places.flatMap(({ groups }) => groups.filter((candidate) => candidate.group === group));
      const lags = places.map(({ published, groups }) => published - (groups.find((candidate) => candidate.group === group)?.read ?? 0));
      const [seen, oldest] = [Math.max(...own.map((place) => place.seen ?? 0), 0), Math.max(...own.map((place) => place.oldestAge ?? -1))];
      const held = firstHeld(own.map((place) => place.held));
      return {
        name,
        topics: topics.map((topic) => topic.name),
        state: held?.hold ?? ("running" as const),
        ...(held === undefined ? {} : { heldSince: iso(held.since), ...heldByOf(held) }),
        lag: sum(lags.map((lag) => Math.max(0, lag))),
        ...(oldest < 0 ? {} : { oldestAge: oldest }),
        pending: sum(own.map(({ pending }) => pending)),
        gaps: sum(own.map(({ gaps }) => gaps)),
        ...(seen === 0 ? {} : { seen: iso(seen) }),
        ...movedOf(own),
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Of the marks of one subscriber's logs, the one that was set first: a log that came later got its own. Pure. */
export function firstHeld(marks: readonly (Held | undefined)[]): Held | undefined {
  return marks.flatMap((mark) => mark ?? []).toSorted((a, b) => a.since - b.since)[0];
}

function heldByOf({ by, reason }: Held): Pick<SubscriberPosition, "heldBy"> {
  return by === undefined ? {} : { heldBy: { by, ...(reason === undefined ? {} : { reason }) } };
}

/** The last move; its parts, one of each log, were made within a moment. */
function movedOf(places: readonly GroupStanding[]): Pick<SubscriberPosition, "moved"> {
  const moves = places.flatMap(({ moved }) => moved ?? []);
  if (moves.length === 0) return {};
  const at = Math.max(...moves.map((move) => move.at));
  const last = moves.filter((move) => at - move.at < oneMoveMs);
  return { moved: { at: iso(at), skipped: sum(last.map(({ skipped }) => skipped)), again: sum(last.map(({ again }) => again)) } };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
