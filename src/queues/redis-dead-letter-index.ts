import { messageOf } from "../base/errors.ts";
import { shortHash } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import { luaScript } from "../base/lua.ts";
import type { RedisConnection } from "../base/redis.ts";
import { type DeadLetterAlarm, type DeadLetterIndex, type Facets, type Kind, type LetterPlace, newestFirst } from "./dead-letter-index.ts";
import { deadLetterKeys } from "./dead-letter-keys.ts";

const shared = new URL("./dead-letter-entries.lua", import.meta.url);
const takeUpScript = luaScript<[since: number, count: number]>(new URL("./take-up-dead-letters.lua", import.meta.url), shared);
const dropScript = luaScript<number>(new URL("./drop-dead-letters.lua", import.meta.url), shared);
const lookScript = luaScript<[since: number, count: number, differ: 0 | 1, due: string[]]>(
  new URL("./look-at-dead-letters.lua", import.meta.url),
  shared,
);
const compareScript = luaScript<[letters: number, missing: string[]]>(new URL("./compare-dead-letters.lua", import.meta.url));

/** Letters of one call: each takes Redis a few microseconds for each of them. */
const pageSize = 200;
const compared = 1_000;
/** Pages move when something comes or goes meanwhile: the comparison is repeated so often at most. */
const mostPasses = 5;

export interface RedisDeadLetterIndexOptions {
  readonly redis: RedisConnection;
  readonly prefix: string;
  /** The queue's name in its keys, in braces. */
  readonly queueName: string;
  readonly name: string;
  readonly failedKey: string;
  /** Those of the ids that are dead letters, each with what tells it from others. */
  readonly facets: (ids: readonly string[]) => Promise<readonly (Facets & { readonly id: string })[]>;
  readonly alarm: DeadLetterAlarm;
  readonly logger: Logger;
}

/** What the round of a worker asks for besides. */
export interface RedisDeadLetterIndex extends DeadLetterIndex {
  /** As `catchUp`, and says which letters ended before a time: at most a page, the oldest first. */
  look(before: number): Promise<readonly string[]>;
}

export function redisDeadLetterIndex(options: RedisDeadLetterIndexOptions): RedisDeadLetterIndex {
  const { redis, prefix, queueName, name, failedKey, facets, alarm, logger } = options;
  const keys = deadLetterKeys(prefix, queueName);
  const threshold = alarm.threshold === false ? 0 : alarm.threshold;
  const scriptKeys = [failedKey, keys.letters, keys.kinds, keys.recipients, keys.alarm];
  const scriptArgs = () => [keys.kind(""), threshold, Date.now(), alarm.tell === undefined ? 0 : 1];

  const tell = async (since: number, count: number): Promise<void> => {
    if (since === 0 || alarm.tell === undefined) return;
    try {
      await alarm.tell({ queue: name, threshold, count, since });
      await redis.hset(keys.alarm, "told", Date.now());
    } catch (error) {
      logger.error({ queue: name, error: messageOf(error) }, "that a queue has many dead letters could not be told; it is tried again");
    }
  };

  const takeUp = async (ids: readonly string[]): Promise<void> => {
    for (let from = 0; from < ids.length; from += pageSize) {
      const page = ids.slice(from, from + pageSize);
      const found = new Map((await facets(page)).map((letter) => [letter.id, letter]));
      const gone = page.filter((id) => !found.has(id));
      if (gone.length > 0) await drop(gone);
      if (found.size === 0) continue;
      const entries = [...found.values()].flatMap(({ id, recipient = "-", ...of }) => [id, ...kindOf(of), recipient]);
      await tell(...(await takeUpScript(redis, scriptKeys, [...scriptArgs(), ...entries])));
    }
  };

  const drop = async (ids: readonly string[]): Promise<void> => {
    for (let from = 0; from < ids.length; from += pageSize)
      await dropScript(redis, scriptKeys, [...scriptArgs(), ...ids.slice(from, from + pageSize)]);
  };

  /** Both ways: what the failed set has and the index lacks, then the other way round. */
  const compareAll = async (): Promise<number> => {
    let changed = 0;
    for (let first = 0; ; first += compared) {
      const [letters, missing] = await compareScript(redis, [failedKey, keys.letters], [first, first + compared - 1]);
      await takeUp(missing);
      changed += missing.length;
      if (letters < compared) break;
    }
    for (let cursor = "0"; ;) {
      const [next, fields] = await redis.hscan(keys.letters, cursor, "COUNT", compared);
      const ids = fields.filter((_, index) => index % 2 === 0);
      const scores = ids.length === 0 ? [] : await redis.zmscore(failedKey, ...ids);
      const stale = ids.filter((_, index) => scores[index] === null);
      await drop(stale);
      changed += stale.length;
      if ((cursor = next) === "0") return changed;
    }
  };

  const look = async (before: number): Promise<{ readonly changed: number; readonly due: readonly string[] }> => {
    let changed = 0;
    for (let pass = 0; ; pass++) {
      const [since, count, differ, due] = await lookScript(redis, scriptKeys, [...scriptArgs(), before, pageSize]);
      await tell(since, count);
      if (differ === 0 || pass === mostPasses) return { changed, due };
      changed += await compareAll();
    }
  };

  let underWay: Promise<number> | undefined;
  const catchUp = (): Promise<number> => {
    underWay ??= look(0)
      .then(({ changed }) => changed)
      .finally(() => (underWay = undefined));
    return underWay;
  };

  const noted = new Set<string>();
  let takingUp: Promise<void> | undefined;
  const takeUpNoted = async (): Promise<void> => {
    while (noted.size > 0) {
      const ids = [...noted];
      noted.clear();
      await takeUp(ids).catch((error: unknown) =>
        logger.warn(
          { queue: name, letters: ids.length, error: messageOf(error) },
          "dead letters are not in the index yet; the next look takes them up",
        ),
      );
    }
    takingUp = undefined;
  };

  return {
    note(id) {
      noted.add(id);
      takingUp ??= takeUpNoted();
    },
    settled: async () => takingUp,
    catchUp,
    look: async (before) => (await look(before)).due,
    async rebuild() {
      const known = await redis.hkeys(keys.kinds);
      await redis.unlink(keys.letters, keys.recipients, keys.kinds, ...known.map(keys.kind));
      return compareAll();
    },
    drop,

    async kinds() {
      const stored = Object.entries(await redis.hgetall(keys.kinds));
      return stored.map(([key, json]) => {
        const [subscriber, topic, reasonClass, fingerprint] = JSON.parse(json) as [string, string, Kind["reasonClass"], string];
        return { key, subscriber, topic, reasonClass, fingerprint };
      });
    },

    async spans(kinds, { from, to }) {
      const replies = await all<number | string[]>(
        kinds.flatMap(({ key }) => [
          ["zcount", keys.kind(key), from, to],
          ["zrangebyscore", keys.kind(key), from, to, "WITHSCORES", "LIMIT", 0, 1],
          ["zrevrangebyscore", keys.kind(key), to, from, "WITHSCORES", "LIMIT", 0, 1],
        ]),
      );
      return kinds.map((_, index) => {
        const [count, first, last] = replies.slice(index * 3, index * 3 + 3) as [number, string[], string[]];
        return count === 0 || first.length === 0 || last.length === 0
          ? undefined
          : { count, first: placesOf(first)[0]!, last: placesOf(last)[0]! };
      });
    },

    async page(kinds, { from, to, count, after }) {
      const sets = kinds === undefined ? [failedKey] : kinds.map(({ key }) => keys.kind(key));
      const top = after === undefined || after.at > to ? to : after.at;
      const replies = await all<string[]>(
        sets.flatMap((set) => [
          ["zrevrangebyscore", set, after === undefined ? top : `(${top}`, from, "WITHSCORES", "LIMIT", 0, count],
          // Of those that ended in the same millisecond, the ones behind.
          ...(after === undefined ? [] : [["zrevrangebyscore", set, top, top, "WITHSCORES"]]),
        ]),
      );
      const places = replies.flatMap(placesOf).filter((place) => after === undefined || newestFirst(after, place) < 0);
      return places.toSorted(newestFirst).slice(0, count);
    },

    async ofRecipient(recipient) {
      const members = await redis.zrangebylex(keys.recipients, `[${recipient}`, `[${recipient}\u007f`);
      const ids = members.map((member) => member.slice(recipient.length));
      const entries = ids.length === 0 ? [] : await redis.hmget(keys.letters, ...ids);
      const found = entries.flatMap((entry, index) => {
        const [kind, at] = entry?.split(" ") ?? [];
        return kind === undefined ? [] : [{ id: ids[index]!, kind, at: Number(at) }];
      });
      return found.toSorted(newestFirst);
    },
  };

  /** Many commands in one go. */
  async function all<Reply>(commands: readonly (readonly (string | number)[])[]): Promise<Reply[]> {
    if (commands.length === 0) return [];
    const replies = (await redis.pipeline(commands.map((command) => [...command])).exec()) ?? [];
    return replies.map(([error, reply]) => {
      if (error !== null) throw error;
      return reply as Reply;
    });
  }
}

function kindOf({ subscriber, topic, reasonClass, fingerprint }: Omit<Facets, "recipient">): [key: string, json: string] {
  const json = JSON.stringify([subscriber, topic, reasonClass, fingerprint]);
  return [shortHash(json).slice(0, 16), json];
}

function placesOf(reply: readonly string[]): LetterPlace[] {
  return reply.flatMap((id, index) => (index % 2 === 0 ? [{ id, at: Number(reply[index + 1]) }] : []));
}
