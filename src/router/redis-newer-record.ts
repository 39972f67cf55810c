import type { RedisConnection } from "../base/redis.ts";
import type { NewerRecord, VersionedTopic } from "./newer-record.ts";

/** Whatever waits is looked at every few minutes, which begins this time again: 30 d. */
const keptMs = 30 * 86_400_000;

/**
 * `<p>` is the prefix, `<app>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:newer` | set | `<topic>@<version>`: versions that something waits for, or has waited for |
 * | `<p>:{<app>}:newer:<topic>@<version>` | set | ids of the records on the queue `routing` that wait for a process that knows this version |
 */
export function redisNewerRecord(redis: RedisConnection, prefix: string, application: string): NewerRecord {
  const all = `${prefix}:{${application}}:newer`;
  const keyOf = (of: VersionedTopic): string => `${all}:${nameOf(of)}`;
  return {
    async add(of, recordId) {
      const transaction = redis.multi().sadd(all, nameOf(of)).sadd(keyOf(of), recordId);
      await transaction.pexpire(all, keptMs).pexpire(keyOf(of), keptMs).exec();
    },
    async remove(of, recordId) {
      await redis.srem(keyOf(of), recordId);
    },
    async waiting() {
      const names = (await redis.smembers(all)).toSorted();
      const found = names.map(async (name) => {
        const [topic, version] = name.split("@") as [string, string];
        return { topic, version: Number(version), events: await redis.scard(`${all}:${name}`) };
      });
      return (await Promise.all(found)).filter(({ events }) => events > 0);
    },
    async *ids(of) {
      let cursor = "0";
      do {
        const [next, ids] = await redis.sscan(keyOf(of), cursor, "COUNT", 500);
        cursor = next;
        yield ids;
      } while (cursor !== "0");
    },
  };
}

function nameOf({ topic, version }: VersionedTopic): string {
  return `${topic}@${version}`;
}
