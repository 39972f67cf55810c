import type { RedisConnection } from "../../base/redis.ts";
import { luaScript } from "../../base/lua.ts";
import type { Holder, ScheduleRecord, ScheduleStore } from "./schedule-record.ts";

const swapScript = luaScript<number>(new URL("./swap-schedule.lua", import.meta.url));

/**
 * Schedules in Redis. `<p>` is the prefix, `<app>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:schedules` | hash | schedule → what is known of it, JSON |
 * | `<p>:{<app>}:schedule-holders` | hash | process that fires schedules → JSON: `seen` when it last said that it lives (ms), `has` its schedules' terms |
 */
export function redisSchedules(redis: RedisConnection, prefix: string, application: string): ScheduleStore {
  const key = `${prefix}:{${application}}:schedules`;
  const holders = `${prefix}:{${application}}:schedule-holders`;
  return {
    all: async () => parsed<ScheduleRecord>(await redis.hgetall(key)),
    async read(name) {
      const json = await redis.hget(key, name);
      return json === null ? undefined : (JSON.parse(json) as ScheduleRecord);
    },
    swap: async (name, was, now) => (await swapScript(redis, [key], [name, text(was), text(now)])) === 1,
    holders: async () => parsed<Holder>(await redis.hgetall(holders)),
    hold: async (id, holder) => void (await redis.hset(holders, id, JSON.stringify(holder))),
    async leave(ids) {
      if (ids.length > 0) await redis.hdel(holders, ...ids);
    },
  };
}

function text(record: ScheduleRecord | undefined): string {
  return record === undefined ? "" : JSON.stringify(record);
}

function parsed<Value>(all: Readonly<Record<string, string>>): Map<string, Value> {
  return new Map(Object.entries(all).map(([name, json]) => [name, JSON.parse(json) as Value]));
}
