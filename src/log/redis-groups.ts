import type { RedisConnection } from "../base/redis.ts";
import { luaScript } from "../base/lua.ts";
import { heldOf } from "./redis-control.ts";
import type { LogKeys } from "./redis-log-keys.ts";
import { decodeRouted, encodeRouted } from "./routed-record.ts";
import type {
  LogEntry,
  LogPage,
  Position,
  ReadBudget,
  Registered,
  RegisterRequest,
  Routed,
  RoutedQuestion,
  RoutedRecord,
  SweepOptions,
  Swept,
  SweptPosition,
} from "./topic-log.ts";

const registerScript = luaScript<[at: Registered["at"], held: string][]>(new URL("./register.lua", import.meta.url));
const readScript = luaScript<[number, number, number, ...string[]]>(new URL("./read.lua", import.meta.url));
const sweepScript = luaScript<[number, number, ...(string | number)[]][]>(new URL("./sweep.lua", import.meta.url));
const removeIdleScript = luaScript<number>(new URL("./remove-idle-readers.lua", import.meta.url));
const leaveScript = luaScript<number>(new URL("./leave.lua", import.meta.url));

/** A reader that nobody has seen for so long and that holds nothing is only a name, milliseconds. */
const idleReaderMs = 3_600_000;

/** How long the record of what was routed is kept, seconds: 96 h, as long as the ledger. */
const routedSeconds = 96 * 3_600;

/** The reading side of the log: groups, their pages, what they left behind, and what they acknowledge. */
export function redisGroups(redis: RedisConnection, keys: LogKeys) {
  return {
    async register({ application, topic, partition, groups }: RegisterRequest): Promise<readonly Registered[]> {
      const scriptKeys = [keys.log(topic, partition), keys.meta(topic, partition), keys.groups(topic, partition)];
      const replies = await registerScript(redis, scriptKeys, [`${application}.`, Date.now(), ...groups]);
      return groups.map((group, index) => {
        const [at, held] = replies[index]!;
        return { group, at, hold: heldOf(held)?.hold };
      });
    },

    async read({ topic, partition, group }: Position, reader: string, { events, bytes }: ReadBudget): Promise<LogPage> {
      const scriptKeys = [keys.log(topic, partition), keys.groups(topic, partition)];
      const [gap, more, held, ...flat] = await readScript(redis, scriptKeys, [group, reader, events, bytes]);
      const entries: LogEntry[] = [];
      for (let i = 0; i < flat.length; i += 3)
        entries.push({ id: flat[i]!, number: Number(flat[i + 1]), json: flat[i + 2]!, deliveries: 1 });
      return { entries, gap, more: more === 1, held: held === 1 };
    },

    async sweep(positions: readonly SweptPosition[], reader: string, options: SweepOptions): Promise<readonly Swept[]> {
      const { minIdle, limit, suspectFrom, suspectsTogether } = options;
      if (positions.length === 0) return [];
      const scriptKeys = positions.flatMap(({ topic, partition }) => [
        keys.log(topic, partition),
        keys.meta(topic, partition),
        keys.groups(topic, partition),
      ]);
      const args = [
        reader,
        minIdle,
        limit,
        suspectFrom,
        suspectsTogether,
        Date.now(),
        ...positions.flatMap(({ group, takes = true }) => [group, takes ? "1" : ""]),
      ];
      const replies = await sweepScript(redis, scriptKeys, args);
      return replies.map(([unread, gap, ...flat], index) => {
        const taken: LogEntry[] = [];
        for (let i = 0; i < flat.length; i += 4) {
          taken.push({ id: String(flat[i]), number: Number(flat[i + 1]), json: String(flat[i + 2]), deliveries: Number(flat[i + 3]) });
        }
        return { position: positions[index]!, unread: unread === 1, taken, gap };
      });
    },

    async keep({ topic, partition, group }: Position, reader: string, entryIds: readonly string[]): Promise<void> {
      if (entryIds.length === 0) return;
      // JUSTID counts no hand-out, and what its reader has lived with for so long is no suspect: it was handed out once.
      await redis.call("xclaim", keys.log(topic, partition), group, reader, 0, ...entryIds, "RETRYCOUNT", 1, "JUSTID");
    },

    async acknowledge({ topic, partition, group }: Position, routed: readonly Routed[]): Promise<void> {
      if (routed.length === 0) return;
      const records = new Map<string, string[]>();
      for (const { record } of routed) {
        if (record === undefined) continue;
        const key = keys.routed(partition, record.eventId, Date.parse(record.time));
        records.set(key, [...(records.get(key) ?? []), ...encodeRouted(record)]);
      }
      const pipeline = redis.pipeline();
      for (const [key, fields] of records) pipeline.hset(key, ...fields).expire(key, routedSeconds, "NX");
      pipeline.xack(keys.log(topic, partition), group, ...routed.map(({ entryId }) => entryId));
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    },

    async record(partition: number, record: RoutedRecord): Promise<void> {
      const key = keys.routed(partition, record.eventId, Date.parse(record.time));
      const pipeline = redis
        .pipeline()
        .hset(key, ...encodeRouted(record))
        .expire(key, routedSeconds, "NX");
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    },

    async routedBy(partition: number, { events, subscribers, pages = [] }: RoutedQuestion): Promise<readonly RoutedRecord[]> {
      if (subscribers.length === 0) return [];
      const names = subscribers.flatMap((subscriber) => [subscriber, ...pages.map((page) => `${subscriber} ${page}`)]);
      // Events of one hour share their hashes, so that few commands ask for many.
      const buckets = new Map<string, { readonly time: string; readonly field: string }[]>();
      for (const { id, time } of events) {
        const key = keys.routed(partition, id, Date.parse(time));
        const asked = names.map((name) => ({ time, field: `${id} ${name}` }));
        const known = buckets.get(key);
        if (known === undefined) buckets.set(key, asked);
        else known.push(...asked);
      }
      const found = await Promise.all(
        [...buckets].map(async ([key, asked]) => {
          const values = await redis.hmget(key, ...asked.map(({ field }) => field));
          return values.flatMap((value, index) => (value === null ? [] : [decodeRouted(asked[index]!.time, asked[index]!.field, value)]));
        }),
      );
      return found.flat();
    },

    async removeIdleReaders({ topic, partition, group }: Position): Promise<void> {
      await removeIdleScript(redis, [keys.log(topic, partition)], [group, idleReaderMs]);
    },

    async leave(positions: readonly Position[], reader: string): Promise<void> {
      for (const { topic, partition, group } of positions) await leaveScript(redis, [keys.log(topic, partition)], [group, reader]);
    },
  };
}
