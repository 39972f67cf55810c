import { luaScript } from "../base/lua.ts";
import type { RedisConnection } from "../base/redis.ts";
import type { Ended } from "./delivery-queue.ts";

const pastKeepingScript = luaScript<[dead: number, finished: number]>(new URL("./past-keeping.lua", import.meta.url));

/**
 * How many jobs ended before a time, in one command: it is asked again and again, and mostly there are none.
 * @param key makes a key of BullMQ's queue
 */
export async function pastKeeping(redis: RedisConnection, key: (type: string) => string, before: Ended): Promise<Ended> {
  const [dead, finished] = await pastKeepingScript(redis, [key("failed"), key("completed")], [before.dead, before.finished]);
  return { dead, finished };
}
