import type { RedisConnection } from "../base/redis.ts";
import { hourOf, type LogKeys } from "./redis-log-keys.ts";
import type { FoundEntry, LogEntry, LogEnds, LogRange } from "./topic-log.ts";

/** Appends are remembered by id for 26 h. */
const rememberedHours = 27;
/** An entry is appended this long before or after its event's own time, milliseconds: publishing is tried again, and clocks differ. */
const nearEvent = { before: 10_000, after: 300_000 } as const;
const pageSize = 500;
const mostPages = 20;

/** One log. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** Looking into the log without a position of one's own. */
export function redisLookups(redis: RedisConnection, keys: LogKeys, places: (topics: readonly string[]) => Promise<readonly Place[]>) {
  const range = async (topic: string, partition: number, { from, to, after, count }: LogRange): Promise<readonly LogEntry[]> => {
    const start = after === undefined ? `${Math.max(0, Math.floor(from))}-0` : `(${after}`;
    const entries = await redis.xrange(keys.log(topic, partition), start, String(Math.floor(to)), "COUNT", count);
    return entries.map(([id, fields]) => logEntry(id, fields));
  };

  /** The remembered append of an event, in the hours that its time can have. */
  const remembered = async (eventId: string, topics: readonly string[], time: number | undefined): Promise<FoundEntry | undefined> => {
    const hours = Array.from({ length: time === undefined ? rememberedHours : 1 }, (_, back) => (time ?? Date.now()) - back * 3_600_000);
    const asked = (await places(topics)).flatMap((place) => hours.map((hour) => ({ ...place, hour })));
    const ids = await Promise.all(asked.map(({ topic, partition, hour }) => redis.hget(keys.ids(topic, partition, hour), eventId)));
    const index = ids.findIndex((id) => id !== null);
    if (index === -1) return undefined;
    const { topic, partition } = asked[index]!;
    const [entry] = await redis.xrange(keys.log(topic, partition), ids[index]!, ids[index]!);
    return entry && { topic, partition, entry: logEntry(...entry) };
  };

  const nearItsTime = async (eventId: string, topics: readonly string[], time: number): Promise<FoundEntry | undefined> => {
    for (const { topic, partition } of await places(topics)) {
      let after: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        const within = { from: time - nearEvent.before, to: time + nearEvent.after, after, count: pageSize };
        const entries = await range(topic, partition, within);
        const entry = entries.find(({ json }) => json.includes(eventId) && idOf(json) === eventId);
        if (entry !== undefined) return { topic, partition, entry };
        if (entries.length < pageSize) break;
        after = entries.at(-1)!.id;
      }
    }
    return undefined;
  };

  return {
    range,

    async ends(topic: string, partition: number, { from, to }: Pick<LogRange, "from" | "to">): Promise<LogEnds | undefined> {
      const [oldest, newest] = [`${Math.max(0, Math.floor(from))}-0`, String(Math.floor(to))] as const;
      const log = keys.log(topic, partition);
      const [[first], [last]] = await Promise.all([
        redis.xrange(log, oldest, newest, "COUNT", 1),
        redis.xrevrange(log, newest, oldest, "COUNT", 1),
      ]);
      return first && last && { first: logEntry(...first), last: logEntry(...last) };
    },

    async find(eventId: string, { topics, time }: { readonly topics: readonly string[]; readonly time: number | undefined }) {
      const found = await remembered(eventId, topics, time);
      if (found !== undefined || time === undefined || hourOf(Date.now()) - hourOf(time) < rememberedHours - 2) return found;
      return nearItsTime(eventId, topics, time);
    },

    async eventOfKey(key: string, topics: readonly string[]): Promise<string | undefined> {
      const asked = await places(topics);
      const known = await Promise.all(asked.map(({ topic, partition }) => redis.get(keys.idempotency(topic, partition, key))));
      return known.find((value) => value !== null)?.split(" ")[0];
    },
  };
}

/** @param fields `n`, its number, `event`, its JSON */
export function logEntry(id: string, fields: readonly string[] | null): LogEntry {
  return { id, number: Number(fields?.[1]), json: fields?.[3] ?? "", deliveries: 0 };
}

function idOf(json: string): unknown {
  try {
    return (JSON.parse(json) as { readonly id?: unknown } | null)?.id;
  } catch {
    return undefined;
  }
}
