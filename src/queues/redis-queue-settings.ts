import { luaScript } from "../base/lua.ts";
import type { RedisConnection } from "../base/redis.ts";
import {
  changedFields,
  configuredField,
  type DoneBy,
  type LimitsChange,
  type QueueLimits,
  type QueueSettings,
  type SettingFields,
  settingsOf,
} from "./queue-settings.ts";

const setLimitsScript = luaScript<string[]>(new URL("./set-limits.lua", import.meta.url));
const markPausedScript = luaScript<string | null>(new URL("./mark-paused.lua", import.meta.url));

/** Whoever has said so for longer than this, milliseconds, and has not paused it, was cut off. */
const pausingMs = 10_000;

/**
 * A queue's settings, in a hash beside BullMQ's keys, so that one script changes both.
 * @param key makes a key of BullMQ's queue
 */
export function redisQueueSettings(redis: RedisConnection, key: (type: string) => string) {
  const setLimits = async (args: readonly string[]): Promise<QueueSettings> => {
    const flat = await setLimitsScript(redis, [key("settings"), key("meta"), key("limiter")], args);
    const fields = Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2]!, flat[index * 2 + 1]!]);
    return settingsOf(Object.fromEntries(fields) as SettingFields);
  };
  return {
    configure: (configured: QueueLimits) => setLimits([configuredField(configured), "1"]),

    change: (configured: QueueLimits, change: LimitsChange, done: DoneBy) =>
      setLimits([configuredField(configured), "", ...changedFields(change, done)]),

    read: async (): Promise<QueueSettings> => settingsOf((await redis.hgetall(key("settings"))) as SettingFields),

    async concurrency(): Promise<number | undefined> {
      const concurrency = await redis.hget(key("settings"), "concurrency");
      return concurrency === null ? undefined : settingsOf({ concurrency }).concurrency?.value;
    },

    /** Says who was first, where somebody was. */
    async markPaused(done: DoneBy, paused: boolean): Promise<DoneBy | undefined> {
      const was = await markPausedScript(redis, [key("settings")], [JSON.stringify(done), done.at, paused ? "1" : "", pausingMs]);
      return was === null ? undefined : settingsOf({ paused: was }).pausedBy;
    },

    async unmarkPaused(): Promise<void> {
      await redis.hdel(key("settings"), "paused");
    },
  };
}
