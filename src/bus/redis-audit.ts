import { cursorsOf } from "../base/cursor.ts";
import type { RedisConnection } from "../base/redis.ts";
import { type Audit, type AuditEntry, type AuditSelection, meansVerb } from "./audit.ts";

/** How long an entry is kept, milliseconds, and how many are at most: 23 MB of entries with a reason. Redis rounds both up to whole nodes of a stream. */
const kept = { age: 400 * 86_400_000, entries: 200_000 } as const;
/** Entries read at once, and looked at for one page. */
const [pageSize, mostLooked] = [1_000, 20_000];

const isEntryId = (place: unknown): place is string => typeof place === "string" && /^\d{1,20}-\d{1,20}$/.test(place);
const cursors = cursorsOf("the audit record", isEntryId);

/**
 * The audit record in Redis. `<p>` is the prefix, `<app>` the application.
 *
 * | key | type | what | kept |
 * |---|---|---|---|
 * | `<p>:<app>:audit` | stream | who did what: `by`, `what`, `of`, `reason`; the entry's id is the time | 400 d, the newest 200,000 or so |
 */
export function redisAudit(redis: RedisConnection, prefix: string, application: string): Audit {
  const key = `${prefix}:${application}:audit`;
  return {
    async record({ by, what, of, reason }) {
      const fields = ["by", by, "what", what, "of", of, ...(reason === undefined ? [] : ["reason", reason])];
      await redis.xadd(key, "MINID", "~", String(Date.now() - kept.age), "*", ...fields);
      await redis.xtrim(key, "MAXLEN", "~", kept.entries);
    },

    async page({ count = 100, cursor, ...selection } = {}) {
      const { by, what, of, since, until } = selection;
      const asked = [by, what, of, since, until];
      const after = cursors.read(cursor, asked);
      const oldest = since === undefined ? "-" : String(Math.max(0, Math.ceil(since)));
      let newest = after === undefined ? (until === undefined ? "+" : String(Math.max(0, Math.floor(until)))) : `(${after}`;
      const found: { readonly id: string; readonly entry: AuditEntry }[] = [];
      const page = (last: string | undefined) => ({
        entries: found.slice(0, count).map(({ entry }) => entry),
        ...(last === undefined ? {} : { next: cursors.write(last, asked) }),
      });
      for (let looked = 0; ; looked += pageSize) {
        const read = await redis.xrevrange(key, newest, oldest, "COUNT", pageSize);
        found.push(...read.map(([id, fields]) => ({ id, entry: entryOf(id, fields) })).filter(({ entry }) => isMeant(entry, selection)));
        if (found.length > count) return page(found[count - 1]!.id);
        if (read.length < pageSize) return page(undefined);
        const last = read.at(-1)![0];
        if (looked + pageSize >= mostLooked) return page(last);
        newest = `(${last}`;
      }
    },
  };
}

function entryOf(id: string, fields: readonly string[]): AuditEntry {
  const { by = "", what, of = "", reason } = Object.fromEntries(pairs(fields)) as Partial<Record<string, string>>;
  const at = new Date(Number(id.split("-")[0])).toISOString();
  return { at, by, what: what as AuditEntry["what"], of, ...(reason === undefined ? {} : { reason }) };
}

function isMeant(entry: AuditEntry, { by, what, of }: AuditSelection): boolean {
  return (
    (by === undefined || entry.by === by) &&
    (what === undefined || meansVerb(what, entry.what)) &&
    (of === undefined || entry.of.toLowerCase().includes(of.toLowerCase()))
  );
}

function pairs(fields: readonly string[]): [string, string][] {
  return fields.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, fields[index + 1]!]] : []));
}
