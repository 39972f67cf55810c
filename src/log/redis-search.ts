import type { RedisConnection } from "../base/redis.ts";
import { dayMs, dayOf, type LogKeys } from "./redis-log-keys.ts";
import { logEntry, type Place } from "./redis-lookups.ts";
import { byNewest, type EntryPlace } from "./entry-place.ts";
import type { FoundEntry, SearchedTopic } from "./topic-log.ts";

export interface SearchOptions {
  readonly redis: RedisConnection;
  readonly keys: LogKeys;
  readonly placesOf: (topics: readonly string[]) => Promise<readonly Place[]>;
  readonly searchHash: (value: string) => string;
}

interface Found extends Place {
  readonly entryId: string;
}

/** So many days are asked for at once, and so many entries are read at once. */
const daysAtOnce = 8;
const entriesAtOnce = 20;
/** Of one topic, partition and day at most; more have one value only where it tells nothing apart, such as a status. */
const mostOfDay = 10_000;

/** Looks for entries by what they were appended with. */
export function redisSearch({ redis, keys, placesOf, searchHash }: SearchOptions) {
  const ofDay = async (place: Place, day: number, hash: string): Promise<Found[]> => {
    const key = keys.index(place.topic, place.partition, { day, hash });
    const members = await redis.zrevrangebylex(key, `(${hash}:`, `[${hash}`, "LIMIT", 0, mostOfDay);
    return members.map((member) => ({ ...place, entryId: member.slice(hash.length) }));
  };

  const entryOf = async ({ topic, partition, entryId }: Found): Promise<FoundEntry[]> => {
    const [entry] = await redis.xrange(keys.log(topic, partition), entryId, entryId);
    return entry === undefined ? [] : [{ topic, partition, entry: logEntry(...entry) }];
  };

  return {
    async forgetSearch({ topic, partition, entryId }: Found, values: readonly string[]): Promise<number> {
      const hashes = values.map(searchHash);
      // The day is that of the clock of who appended.
      const appended = dayOf(timeOf({ topic, partition, entryId }));
      const asked = hashes.flatMap((hash) =>
        [appended - 1, appended, appended + 1].map((day) => redis.zrem(keys.index(topic, partition, { day, hash }), `${hash}${entryId}`)),
      );
      return (await Promise.all(asked)).reduce((sum, removed) => sum + removed, 0);
    },

    async *search(value: string, topics: readonly SearchedTopic[], after?: EntryPlace): AsyncIterable<FoundEntry> {
      const hash = searchHash(value);
      const places = await placesOf(topics.map(({ name }) => name));
      const oldest = new Map(topics.map(({ name, retain }) => [name, dayOf(Date.now() - retain) - 1]));
      const first = Math.min(...oldest.values());
      // The clock of who appended may be ahead.
      const latest = dayOf((after === undefined ? Date.now() : timeOf(after)) + dayMs);
      for (let newest = latest; newest >= first; newest -= daysAtOnce) {
        const days = Array.from({ length: daysAtOnce }, (_, back) => newest - back);
        const asked = places.flatMap((place) =>
          days.filter((day) => day >= oldest.get(place.topic)!).map((day) => ofDay(place, day, hash)),
        );
        const all = (await Promise.all(asked)).flat().toSorted(byNewest);
        const found = after === undefined ? all : all.filter((one) => byNewest(after, one) < 0);
        for (let index = 0; index < found.length; index += entriesAtOnce)
          yield* (await Promise.all(found.slice(index, index + entriesAtOnce).map(entryOf))).flat();
      }
    },
  };
}

function timeOf({ entryId }: EntryPlace): number {
  return Number(entryId.split("-")[0]);
}
