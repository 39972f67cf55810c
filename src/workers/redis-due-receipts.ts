import type { RedisConnection } from "../base/redis.ts";
import type { DueReceipt, DueReceipts } from "./due-receipts.ts";

/** Seconds after the last message: longer than any receipt is asked for. */
const keepSeconds = 3 * 86_400;

/**
 * Receipts that are asked for, in Redis. `<p>` is the prefix, `<app>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:receipts-due:<provider>` | sorted set | `<message id> <reference> <sent at (ms)>`, by when it is asked for (ms) |
 */
export function redisDueReceipts(
  redis: RedisConnection,
  { prefix, application }: { readonly prefix: string; readonly application: string },
): DueReceipts {
  const key = (provider: string): string => `${prefix}:{${application}}:receipts-due:${provider}`;

  return {
    async add(provider, receipts, due) {
      if (receipts.length === 0) return;
      const members = receipts.flatMap((receipt) => [due, memberOf(receipt)]);
      await Promise.all([redis.zadd(key(provider), ...members), redis.expire(key(provider), keepSeconds)]);
    },
    async due(provider, { now, count }) {
      const members = await redis.zrangebyscore(key(provider), "-inf", now, "LIMIT", 0, count);
      return members.map((member) => {
        const [messageId = "", reference = "", sentAt] = member.split(" ");
        return { messageId, reference, sentAt: Number(sentAt) };
      });
    },
    async remove(provider, receipts) {
      if (receipts.length > 0) await redis.zrem(key(provider), ...receipts.map(memberOf));
    },
  };
}

function memberOf({ messageId, reference, sentAt }: DueReceipt): string {
  return `${messageId.replaceAll(/\s/g, "_")} ${reference} ${sentAt}`;
}
