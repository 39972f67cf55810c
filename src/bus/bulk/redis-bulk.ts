import { newestIds } from "../redis-newest.ts";
import { luaScript } from "../../base/lua.ts";
import type { RedisConnection } from "../../base/redis.ts";
import { type BulkProgress, type BulkSpec, type BulkState, type BulkStore, nothingDone, type StoredBulk } from "./bulk-operation.ts";

const endScript = luaScript<0 | 1>(new URL("./end-bulk.lua", import.meta.url));

/** An ended operation is kept 90 d. */
const keepSeconds = 90 * 86_400;

/**
 * Operations on dead letters in Redis. `<p>` is the prefix, `<app>` the application, `<id>` an operation. What is worked on stands beside the
 * replays, so that the look at those finds it and costs nothing more.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:bulk:<id>` | hash | `spec` and `progress`, JSON; `state`; `ended` when (ms); `trouble` of its last run |
 * | `<p>:{<app>}:bulks` | sorted set | ids, by when they were asked for (ms) |
 * | `<p>:{<app>}:replaying` | hash | `*<id>` → the id, until its end |
 */
export function redisBulk(redis: RedisConnection, prefix: string, application: string): BulkStore {
  const base = `${prefix}:{${application}}`;
  const keys = { worked: `${base}:replaying`, all: `${base}:bulks` };
  const operation = (id: string): string => `${base}:bulk:${id}`;

  const find = async (id: string): Promise<StoredBulk | undefined> => {
    const { spec, progress, state, ended, trouble } = await redis.hgetall(operation(id));
    if (spec === undefined) return undefined;
    return {
      spec: JSON.parse(spec) as BulkSpec,
      progress: JSON.parse(progress!) as BulkProgress,
      state: state as BulkState,
      ...(ended === undefined ? {} : { ended: Number(ended) }),
      ...(trouble === undefined ? {} : { trouble }),
    };
  };

  return {
    find,
    async begin(spec) {
      const { id, created } = spec;
      await redis
        .multi()
        .hset(operation(id), "spec", JSON.stringify(spec), "progress", JSON.stringify(nothingDone), "state", "running")
        .hset(keys.worked, `*${id}`, id)
        .zadd(keys.all, created, id)
        .zremrangebyscore(keys.all, "-inf", created - keepSeconds * 1_000)
        .exec();
    },
    async list({ count, after }) {
      const ids = await newestIds(redis, keys.all, { count, after });
      return (await Promise.all(ids.map(find))).flatMap((found) => found ?? []);
    },
    async save(id, progress) {
      const replies = await redis.multi().hset(operation(id), "progress", JSON.stringify(progress)).hget(operation(id), "state").exec();
      return (replies?.[1]?.[1] ?? undefined) as BulkState | undefined;
    },
    state: async (id) => ((await redis.hget(operation(id), "state")) ?? undefined) as BulkState | undefined,
    trouble: async (id, text) => void (await redis.hset(operation(id), "trouble", text)),
    end: async (id, state) => (await endScript(redis, [operation(id), keys.worked], [id, state, Date.now(), keepSeconds])) === 1,
  };
}
