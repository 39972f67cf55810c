import { shortHash } from "../base/ids.ts";

/**
 * The keys of the log. All keys of a partition share the hash tag `{<partition>}`, so that one script reaches them on a Redis
 * Cluster too. `<p>` is the prefix, `<n>` the partition, `<hour>` hours since 1970.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:topics` | hash | topic → number of its partitions, written once |
 * | `<p>:index-secrets` | hash | what tells the secrets apart that search values were hashed with → when a process connected with it last (ms) |
 * | `<p>:{<n>}:log:<topic>` | stream | the log; an entry has the fields `n`, its number, and `event`, a CloudEvent in JSON |
 * | `<p>:{<n>}:log-meta:<topic>` | hash | `n` events numbered so far, `last` id of the newest entry; `losses` how often something was found lost, `lostAt` when last (ms) |
 * | `<p>:{<n>}:log-groups:<topic>` | hash | `<group>|n` number read last, `<group>|gaps` entries it missed, `<group>|seen` when a reader last came by (ms), `<group>|left` set when abandoned, `<group>|held` while it is held up: since when (ms) and `paused` or `draining`, `<group>|heldBy` who held it up first, JSON: `at` (the same time), `by`, `reason`, `<group>|moved` when a person last set its place (ms), how many events that passed over and how many are read again |
 * | `<p>:{<n>}:log-ids:<topic>:<hour>` | hash | event id → entry id, for 26 h: a repeated append finds its entry |
 * | `<p>:{<n>}:log-key:<topic>:<hash>` | string | idempotency key (hashed) → `<event id> <fingerprint> <entry id>`, for its window |
 * | `<p>:{<n>}:log-index:<topic>:<day>:<part>` | sorted set | the hash of a search value, 16 characters of which the first is `<part>`, and the entry id, all with the score 0; for the topic's `retain` and a day |
 * | `<p>:{<n>}:log-bell` | stream | rung by every append: `t` topic; about 100 long |
 * | `<p>:{<n>}:routed:<hour>:<shard>` | hash | `<event id> <subscriber>` → JSON `[n, ["<id> <route> <channel>", …], problem?]`, for 96 h |
 */
export function logKeys(prefix: string) {
  const base = (partition: number): string => `${prefix}:{${partition}}`;
  return {
    topics: `${prefix}:topics`,
    indexSecrets: `${prefix}:index-secrets`,
    log: (topic: string, partition: number): string => `${base(partition)}:log:${topic}`,
    meta: (topic: string, partition: number): string => `${base(partition)}:log-meta:${topic}`,
    groups: (topic: string, partition: number): string => `${base(partition)}:log-groups:${topic}`,
    ids: (topic: string, partition: number, time: number): string => `${base(partition)}:log-ids:${topic}:${hourOf(time)}`,
    idempotency: (topic: string, partition: number, key: string): string => `${base(partition)}:log-key:${topic}:${shortHash(key)}`,
    index: (topic: string, partition: number, { day, hash }: { readonly day: number; readonly hash: string }): string =>
      `${base(partition)}:log-index:${topic}:${day}:${hash[0]}`,
    bell: (partition: number): string => `${base(partition)}:log-bell`,
    routed: (partition: number, eventId: string, time: number): string => `${base(partition)}:routed:${hourOf(time)}:${shardOf(eventId)}`,
  };
}

export type LogKeys = ReturnType<typeof logKeys>;

export function hourOf(time: number): number {
  return Math.floor(time / 3_600_000);
}

/** Days since 1970. */
export function dayOf(time: number): number {
  return Math.floor(time / dayMs);
}

export const dayMs = 86_400_000;

/** One of 64 parts, by the last six bits of an id: keeps each hash of an hour small enough to be searched. */
function shardOf(id: string): number {
  return (id.charCodeAt(id.length - 1) * 31 + id.charCodeAt(id.length - 2)) & 63;
}
