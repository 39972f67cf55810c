import { readFileSync } from "node:fs";
import type { RedisConnection } from "./redis.ts";

export type LuaArgument = string | number;

/**
 * A Lua script that lies in a file beside the module that calls it. It is sent once and called by its hash after that; after a
 * failover, where the server does not know it, it is sent again.
 * @param file `new URL("./name.lua", import.meta.url)`
 * @param before a file of functions that several scripts share: it stands before each of them
 */
export function luaScript<Reply>(
  file: URL,
  before?: URL,
): (redis: RedisConnection, keys: readonly string[], args: readonly LuaArgument[]) => Promise<Reply> {
  const lua = [before, file].flatMap((part) => (part === undefined ? [] : [readFileSync(part, "utf8")])).join("\n");
  const command = `busbar:${file.pathname.split("/").at(-1)}`;
  return async (redis, keys, args) => {
    const scripted = redis as unknown as Record<string, ((...parts: LuaArgument[]) => Promise<Reply>) | undefined>;
    if (scripted[command] === undefined) redis.defineCommand(command, { lua });
    return scripted[command]!(keys.length, ...keys, ...args);
  };
}
