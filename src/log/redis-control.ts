import type { RedisConnection } from "../base/redis.ts";
import { luaScript } from "../base/lua.ts";
import type { GroupStanding, Held, Hold, LogStanding, Loss, SeekOptions, Sought } from "./log-standing.ts";
import type { LogKeys } from "./redis-log-keys.ts";
import type { MendRequest, Position } from "./topic-log.ts";

const shared = new URL("./ids.lua", import.meta.url);
const mendScript = luaScript<(string | number)[]>(new URL("./mend.lua", import.meta.url), shared);
const standingScript = luaScript<string[][]>(new URL("./standing.lua", import.meta.url), shared);
const seekScript = luaScript<[again: number, skipped: number, forgotten: number] | []>(new URL("./seek.lua", import.meta.url), shared);
const removeScript = luaScript<"removed" | "none" | "read">(new URL("./remove.lua", import.meta.url), shared);
const holdScript = luaScript<[held: string, by: string]>(new URL("./hold.lua", import.meta.url));

/** Where the groups of a log stand, and what a person does about that. */
export function redisControl(redis: RedisConnection, keys: LogKeys) {
  const keysOf = ({ topic, partition }: Pick<Position, "topic" | "partition">): string[] => [
    keys.log(topic, partition),
    keys.meta(topic, partition),
    keys.groups(topic, partition),
  ];

  return {
    async standing(topic: string, partition: number): Promise<LogStanding> {
      const [log, ...groups] = await standingScript(redis, keysOf({ topic, partition }), []);
      const [published, held, lastId, notedId, losses, lostAt] = log!;
      return {
        published: Number(published),
        held: Number(held),
        lastId: lastId!,
        notedId: notedId === "" ? undefined : notedId,
        losses: Number(losses),
        lostAt: numberOf(lostAt!),
        groups: groups.map(groupStanding),
      };
    },

    async mend({ known, knownSince, groups, ...place }: MendRequest): Promise<readonly Loss[]> {
      const flat = await mendScript(redis, keysOf(place), [Date.now(), Math.floor(knownSince), known ? "1" : "", ...groups]);
      return Array.from({ length: flat.length / 3 }, (_, index) => {
        const [kind, group, again] = flat.slice(index * 3, index * 3 + 3);
        return { kind: kind as Loss["kind"], group: group === "" ? undefined : String(group), again: Number(again) };
      });
    },

    async hold({ topic, partition, group }: Position, hold: Hold | Held | undefined): Promise<Held | undefined> {
      const held: Held | undefined = typeof hold === "string" ? { hold, since: Date.now() } : hold;
      const { since: at = 0, by, reason } = held ?? {};
      const who = by === undefined ? "" : JSON.stringify({ at, by, ...(reason === undefined ? {} : { reason }) });
      const reply = await holdScript(
        redis,
        [keys.groups(topic, partition), keys.bell(partition)],
        [group, held?.hold ?? "", topic, at, who],
      );
      return heldOf(...reply);
    },

    async seek(position: Position, { to, knownSince, move }: SeekOptions): Promise<Sought | undefined> {
      const { group, topic, partition } = position;
      const target = typeof to === "number" ? Math.max(0, Math.floor(to)) : to;
      const args = [group, target, Math.floor(knownSince), move ? "1" : "", Date.now(), topic];
      const reply = await seekScript(redis, [...keysOf(position), keys.bell(partition)], args);
      if (reply.length === 0) return undefined;
      const [again, skipped, forgotten] = reply;
      return { again, skipped, forgotten };
    },

    remove: (position: Position, goneSince: number): Promise<"removed" | "none" | "read"> =>
      removeScript(redis, keysOf(position), [position.group, Math.floor(goneSince)]),
  };
}

/** @param reply of standing.lua */
function groupStanding(reply: readonly string[]): GroupStanding {
  const [group, pending, deliveredId, read, gaps, seen, held, moved, age, heldBy] = reply;
  const [at = 0, skipped = 0, again = 0] = moved!.split(" ").map(Number);
  return {
    group: group!,
    pending: Number(pending),
    deliveredId: deliveredId!,
    read: Number(read),
    gaps: Number(gaps),
    seen: numberOf(seen!),
    held: heldOf(held!, heldBy),
    moved: moved === "" ? undefined : { at, skipped, again },
    oldestAge: numberOf(age!),
  };
}

/**
 * @param value `<since (ms)> <paused or draining>`, or nothing
 * @param who JSON, or nothing; one that says another time was left behind by a build that knew of no such mark
 */
export function heldOf(value: string, who = ""): Held | undefined {
  const [at, hold] = value.split(" ");
  if (hold !== "paused" && hold !== "draining") return undefined;
  const since = Number(at);
  const known = who === "" ? undefined : (JSON.parse(who) as { readonly at: number; readonly by: string; readonly reason?: string });
  if (known?.at !== since) return { hold, since };
  return { hold, since, by: known.by, ...(known.reason === undefined ? {} : { reason: known.reason }) };
}

function numberOf(value: string): number | undefined {
  return value === "" ? undefined : Number(value);
}
