import type { RedisConnection } from "../base/redis.ts";
import type { Audit, AuditEntry } from "./audit.ts";

/**
 * The audit record in Redis. `<p>` is the prefix, `<app>` the application.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:<app>:audit` | stream | who did what: `by`, `what`, `of`, `reason`; the entry's id is the time |
 */
export function redisAudit(redis: RedisConnection, prefix: string, application: string): Audit {
  const key = `${prefix}:${application}:audit`;
  return {
    async record({ by, what, of, reason }) {
      await redis.xadd(key, "*", "by", by, "what", what, "of", of, ...(reason === undefined ? [] : ["reason", reason]));
    },
    async list(count) {
      const entries = await redis.xrevrange(key, "+", "-", "COUNT", count);
      return entries.map(([id, fields]) => {
        const { by = "", what, of = "", reason } = Object.fromEntries(pairs(fields)) as Partial<Record<string, string>>;
        return { at: Number(id.split("-")[0]), by, what: what as AuditEntry["what"], of, ...(reason === undefined ? {} : { reason }) };
      });
    },
  };
}

function pairs(fields: readonly string[]): [string, string][] {
  return fields.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, fields[index + 1]!]] : []));
}
