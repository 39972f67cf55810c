import type { RedisConnection } from "../base/redis.ts";
import type { Clock } from "../base/clock.ts";
import { luaScript } from "../base/lua.ts";
import {
  type SuppressedPlace,
  suppressedSpelling,
  type SuppressibleChannel,
  suppressibleChannels,
  type Suppression,
  type Suppressions,
} from "./suppressions.ts";

const suppressScript = luaScript<string>(new URL("./suppress.lua", import.meta.url));
const releaseScript = luaScript<readonly string[]>(new URL("./release.lua", import.meta.url));

/** In the place of a category: all messages of the channel. No category can be called so. */
export const allMessages = "*";
/** Entries read at once where addresses are searched, and removed at once when their time is over. */
const pageSize = 1_000;

/** As Redis keeps an entry: the address, the category and the channel stand in its keys. */
type Kept = Omit<Suppression, "channel" | "address" | "category">;

export interface RedisSuppressionsOptions {
  readonly prefix: string;
  readonly application: string;
  readonly clock: Clock;
}

/**
 * The suppressed addresses of an application in Redis. `<p>` is the prefix, `<app>` the application. Entries whose time is over are
 * removed when another is added to their channel.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<app>}:suppressions:<channel>` | hash | address → JSON: category, or `*` for all messages → `reason`, `source`, `by`, `at`, `until` (ms) |
 * | `<p>:{<app>}:suppressions-newest:<channel>` | sorted set | `<category>`, a line break, `<address>`, by the entry's number |
 * | `<p>:{<app>}:suppressions-until:<channel>` | sorted set | the same of those that end, by when (ms) |
 * | `<p>:{<app>}:suppressions-number` | string | the number of the newest entry of all channels |
 */
export function redisSuppressions(redis: RedisConnection, { prefix, application, clock }: RedisSuppressionsOptions): Suppressions {
  const keysOf = (channel: SuppressibleChannel) => {
    const { entries, newest, until } = suppressionKeys({ prefix, application, channel });
    return [entries, newest, until] as const;
  };

  const read = async (place: SuppressedPlace): Promise<readonly Suppression[]> => {
    const [address, now] = [suppressedSpelling(place), clock.now()];
    const kept = await redis.hget(keysOf(place.channel)[0], address);
    return entriesOf({ ...place, address }, kept).filter((entry) => holds(entry, now));
  };

  const forgetEnded = async (channel: SuppressibleChannel): Promise<void> => {
    const [entries, newest, until] = keysOf(channel);
    const now = clock.now();
    const ended = await redis.zrangebyscore(until, "-inf", now, "LIMIT", 0, pageSize);
    if (ended.length > 0) await releaseScript(redis, [entries, newest, until], [now, ...ended]);
  };

  /** One more than asked for, where there are so many: then there is another page. */
  const newestOf = async (channel: SuppressibleChannel, { search, seen, limit, before }: Looked): Promise<Numbered[]> => {
    const [entries, newest] = keysOf(channel);
    const now = clock.now();
    const found: Numbered[] = [];
    let below = before === undefined ? "+inf" : `(${before}`;
    while (found.length <= limit) {
      const page = await redis.zrevrangebyscore(newest, below, "-inf", "WITHSCORES", "LIMIT", 0, search === "" ? limit + 1 : pageSize);
      const members = pairs(page).filter(({ address }) => address.toLowerCase() === search || seen(address).toLowerCase().includes(search));
      const kept = members.length === 0 ? [] : await redis.hmget(entries, ...members.map(({ address }) => address));
      for (const [index, { address, category, number }] of members.entries()) {
        const entry = entriesOf({ channel, address }, kept[index] ?? null).find((one) => (one.category ?? allMessages) === category);
        if (entry !== undefined && holds(entry, now)) found.push({ entry, number });
      }
      if (page.length === 0) break;
      below = `(${page.at(-1)}`;
    }
    return found.slice(0, limit + 1);
  };

  const countOf = async (channel: SuppressibleChannel): Promise<number> => {
    const [, newest, until] = keysOf(channel);
    const [all, ended] = await Promise.all([redis.zcard(newest), redis.zcount(until, "-inf", clock.now())]);
    return all - ended;
  };

  return {
    find: async ({ category, ...place }) => {
      const entries = await read(place);
      return entries.find((entry) => entry.category === undefined) ?? entries.find((entry) => entry.category === category);
    },

    of: read,

    async add({ channel, category, reason, source, by, until, address: given }) {
      const address = suppressedSpelling({ channel, address: given });
      const now = clock.now();
      const entry: Kept = {
        // What is not well-formed would not come back from Redis.
        reason: reason.toWellFormed(),
        source,
        ...(by === undefined ? {} : { by: by.toWellFormed() }),
        at: now,
        ...(until === undefined ? {} : { until }),
      };
      const scope = category ?? allMessages;
      const args = [address, scope, now, JSON.stringify(entry), until ?? ""];
      const inForce = await suppressScript(redis, [...keysOf(channel), suppressionKeys({ prefix, application, channel }).number], args);
      await forgetEnded(channel);
      return { ...placed({ channel, address }, scope), ...(JSON.parse(inForce) as Kept) };
    },

    async release({ category, all = false, ...place }) {
      const { channel } = place;
      const address = suppressedSpelling(place);
      const scopes = all ? (await read(place)).map((entry) => entry.category ?? allMessages) : [category ?? allMessages];
      if (scopes.length === 0) return [];
      const taken = await releaseScript(redis, keysOf(channel), ["", ...scopes.map((scope) => `${scope}\n${address}`)]);
      const now = clock.now();
      return taken.flatMap((json, index) => {
        if (json === "") return [];
        const entry: Suppression = { ...placed({ channel, address }, scopes[index]!), ...(JSON.parse(json) as Kept) };
        return holds(entry, now) ? [entry] : [];
      });
    },

    async list({ channel, search = "", seen = (address) => address, limit, before }) {
      const channels = channel === undefined ? suppressibleChannels : [channel];
      const looked = { search: search.toLowerCase(), seen, limit, before };
      const [counts, pages] = await Promise.all([
        Promise.all(channels.map(countOf)),
        Promise.all(channels.map((name) => newestOf(name, looked))),
      ]);
      const found = pages.flat().toSorted((a, b) => b.number - a.number);
      const page = found.slice(0, limit);
      return {
        entries: page.map(({ entry }) => entry),
        total: counts.reduce((sum, count) => sum + count, 0),
        ...(found.length > limit ? { next: page.at(-1)!.number } : {}),
      };
    },

    async count() {
      const counts = await Promise.all(suppressibleChannels.map(async (channel) => [channel, await countOf(channel)] as const));
      return Object.fromEntries(counts) as Record<SuppressibleChannel, number>;
    },
  };
}

/** The keys of one channel, and the one that all channels share. */
export function suppressionKeys({ prefix, application, channel }: Omit<RedisSuppressionsOptions, "clock"> & { readonly channel: string }) {
  const key = (name: string): string => `${prefix}:{${application}}:suppressions${name}`;
  return { entries: key(`:${channel}`), newest: key(`-newest:${channel}`), until: key(`-until:${channel}`), number: key("-number") };
}

interface Looked {
  /** In lower case; empty: all. */
  readonly search: string;
  readonly seen: (address: string) => string;
  readonly limit: number;
  readonly before: number | undefined;
}

interface Numbered {
  readonly entry: Suppression;
  readonly number: number;
}

/** What holds for all messages comes first. */
function entriesOf(place: SuppressedPlace, kept: string | null): readonly Suppression[] {
  const scopes = Object.entries(kept === null ? {} : (JSON.parse(kept) as Record<string, Kept>));
  return scopes.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([scope, entry]) => ({ ...placed(place, scope), ...entry }));
}

function placed(place: SuppressedPlace, scope: string): SuppressedPlace & { readonly category?: string } {
  return { channel: place.channel, address: place.address, ...(scope === allMessages ? {} : { category: scope }) };
}

function holds({ until }: Suppression, now: number): boolean {
  return until === undefined || until > now;
}

/** A reply `WITHSCORES`: each member is `<category>\n<address>`, and followed by its number. */
function pairs(reply: readonly string[]): { readonly category: string; readonly address: string; readonly number: number }[] {
  return reply.flatMap((member, index) => {
    if (index % 2 === 1) return [];
    const at = member.indexOf("\n");
    return [{ category: member.slice(0, at), address: member.slice(at + 1), number: Number(reply[index + 1]) }];
  });
}
