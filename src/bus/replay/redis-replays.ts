import { newestIds } from "../redis-newest.ts";
import type { RedisConnection } from "../../base/redis.ts";
import { luaScript } from "../../base/lua.ts";
import { bulkIds } from "../bulk/bulk-operation.ts";
import type { ReplayAct, ReplayProgress, ReplaySpec, ReplayState, ReplayStore, StoredReplay } from "./operation.ts";

const beginScript = luaScript<string>(new URL("./begin-replay.lua", import.meta.url));
const turnScript = luaScript<ReplayState | "">(new URL("./turn-replay.lua", import.meta.url));

/** An ended replay, and who did what to it, is kept 90 d. */
const keepSeconds = 90 * 86_400;
const placeField = "place ";

/**
 * Replays in Redis, each change one call. `<p>` is the prefix, `<app>` the application, `<id>` a replay.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:replay:<id>` | hash | `spec` and `progress`, JSON; `state`; `trouble` of its last run; `place <topic> <partition>` → id of the entry that it has got to |
 * | `<p>:{<app>}:replay-acts:<id>` | list | who did what to it, and why: JSON with `at` (ms), `verb`, `actor`, `reason` |
 * | `<p>:{<app>}:replaying` | hash | subscriber → the replay of it that is not at its end; `*<id>` → an operation on dead letters that is not |
 * | `<p>:{<app>}:replays` | sorted set | ids, by when they were asked for (ms) |
 */
export function redisReplays(redis: RedisConnection, prefix: string, application: string): ReplayStore {
  const base = `${prefix}:{${application}}`;
  const keys = { replaying: `${base}:replaying`, all: `${base}:replays` };
  const replay = (id: string): string => `${base}:replay:${id}`;
  const acts = (id: string): string => `${base}:replay-acts:${id}`;

  const find = async (id: string): Promise<StoredReplay | undefined> => {
    const [stored, lines] = await Promise.all([
      redis.hmget(replay(id), "spec", "progress", "state", "trouble"),
      redis.lrange(acts(id), 0, -1),
    ]);
    const [spec, progress, state, trouble] = stored;
    if (spec === null || spec === undefined) return undefined;
    return {
      spec: JSON.parse(spec) as ReplaySpec,
      progress: JSON.parse(progress!) as ReplayProgress,
      state: state as ReplayState,
      acts: lines.map((line) => JSON.parse(line) as ReplayAct),
      ...(trouble === null || trouble === undefined ? {} : { trouble }),
    };
  };

  return {
    find,
    async begin(spec, progress) {
      const { id, created, subscribers, actor, reason } = spec;
      const act: ReplayAct = {
        at: created,
        verb: "begun",
        ...(actor === undefined ? {} : { actor }),
        ...(reason === undefined ? {} : { reason }),
      };
      const scriptKeys = [replay(id), acts(id), keys.replaying, keys.all];
      const other = await beginScript(redis, scriptKeys, [
        id,
        JSON.stringify(spec),
        JSON.stringify(progress),
        JSON.stringify(act),
        created,
        created - keepSeconds * 1_000,
        ...subscribers,
      ]);
      return other === "" ? undefined : { busy: other };
    },
    async list({ count, after }) {
      const ids = await newestIds(redis, keys.all, { count, after });
      return (await Promise.all(ids.map(find))).flatMap((found) => found ?? []);
    },
    running: async () => {
      const ids = [...new Set(await redis.hvals(keys.replaying))];
      const states = await Promise.all(ids.map((id) => redis.hget(replay(id), "state")));
      return ids.filter((id, index) => states[index] === "running" || id.startsWith(bulkIds));
    },
    async places(id) {
      const fields = Object.entries(await redis.hgetall(replay(id))).filter(([field]) => field.startsWith(placeField));
      return new Map(fields.map(([field, entryId]) => [field.slice(placeField.length), entryId]));
    },
    async save(id, place, progress) {
      const fields = place === undefined ? [] : [`${placeField}${place.of}`, place.after];
      const replies = await redis
        .multi()
        .hset(replay(id), "progress", JSON.stringify(progress), ...fields)
        .hget(replay(id), "state")
        .exec();
      return (replies?.[1]?.[1] ?? undefined) as ReplayState | undefined;
    },
    state: async (id) => ((await redis.hget(replay(id), "state")) ?? undefined) as ReplayState | undefined,
    trouble: async (id, text) => void (await redis.hset(replay(id), "trouble", text)),
    async turn(id, { from, to, act }) {
      const was = await turnScript(redis, [replay(id), acts(id), keys.replaying], [id, to, JSON.stringify(act), keepSeconds, ...from]);
      return was === "" ? undefined : was;
    },
  };
}
