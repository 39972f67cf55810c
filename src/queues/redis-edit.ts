import { luaScript } from "../base/lua.ts";
import type { RedisConnection } from "../base/redis.ts";

const editScript = luaScript<0 | 1>(new URL("./edit-dead-letter.lua", import.meta.url));

/** Gives a dead letter another content in one step, so that nobody who queues it again meanwhile has it changed under them; false where it is none. */
export async function editDeadLetter(
  redis: RedisConnection,
  { failedKey, jobKey, id }: { readonly failedKey: string; readonly jobKey: string; readonly id: string },
  content: string,
): Promise<boolean> {
  return (await editScript(redis, [failedKey, jobKey], [id, content])) === 1;
}
