import { luaScript } from "../base/lua.ts";
import type { RedisConnection } from "../base/redis.ts";

const editScript = luaScript<0 | 1>(new URL("./edit-dead-letter.lua", import.meta.url));
const discardScript = luaScript<0 | 1>(new URL("./discard-dead-letter.lua", import.meta.url));

interface LetterPlace {
  readonly failedKey: string;
  readonly jobKey: string;
  readonly id: string;
}

/** Gives a dead letter another content in one step, so that nobody who queues it again meanwhile has it changed under them; false where it is none. */
export async function editDeadLetter(redis: RedisConnection, { failedKey, jobKey, id }: LetterPlace, content: string): Promise<boolean> {
  return (await editScript(redis, [failedKey, jobKey], [id, content])) === 1;
}

/** Takes a dead letter away in one step, so that nobody who queues it again meanwhile loses their job; false where it is none. */
export async function discardDeadLetter(redis: RedisConnection, { failedKey, jobKey, id }: LetterPlace): Promise<boolean> {
  return (await discardScript(redis, [failedKey, jobKey, `${jobKey}:logs`], [id])) === 1;
}
