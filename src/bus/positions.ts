import type { Catalog } from "../define/catalog.ts";
import type { LogStanding, TopicLog } from "../log/topic-log.ts";

/** How far a subscriber has read, over all its topics. */
export interface SubscriberPosition {
  readonly name: string;
  readonly topics: readonly string[];
  /** Events that it has not read yet. */
  readonly lag: number;
  /** Events read and not acknowledged: being routed, or held because a queue refuses. */
  readonly pending: number;
  /** Events that were gone before it read them. */
  readonly gaps: number;
  /** When a router last looked after it, RFC 3339; absent: never. */
  readonly seen?: string;
}

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
      const own = places.map(({ published, groups }) => {
        const standing = groups.find((candidate) => candidate.group === group);
        return {
          ...(standing ?? { pending: 0, gaps: 0, seen: undefined }),
          lag: standing === undefined ? published : published - standing.read,
        };
      });
      const seen = Math.max(...own.map((place) => place.seen ?? 0), 0);
      return {
        name,
        topics: topics.map((topic) => topic.name),
        lag: sum(own.map(({ lag }) => Math.max(0, lag))),
        pending: sum(own.map(({ pending }) => pending)),
        gaps: sum(own.map(({ gaps }) => gaps)),
        ...(seen === 0 ? {} : { seen: new Date(seen).toISOString() }),
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
