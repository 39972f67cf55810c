import { setTimeout as pause } from "node:timers/promises";
import { percentile } from "../../bench/percentile.ts";
import { logKeys } from "../../src/log/redis-log-keys.ts";
import { orderPlaced, prefix } from "./domain.ts";
import { sendKey } from "./sends.ts";
import type { Stage } from "./stage.ts";

/** What processes held when they were killed. */
export interface Held {
  /** When they were killed, milliseconds since 1970. */
  readonly at: number;
  readonly what: readonly string[];
}

/** Whoever lives has let go of what it held by then, and long before anything is taken over. */
const letGoMs = 2_000;
const lookEveryMs = 100;

/**
 * The messages that workers held which were killed just now: they stay under their locks, while what the living hold comes and goes.
 * Redis is asked, and not the product: BullMQ's list of what is under way, and the lock of each job.
 */
export async function heldByWorkers({ redis }: Stage, at: number): Promise<Held> {
  const queue = `${prefix}:{chaos.email}`;
  const locks = async (): Promise<Map<string, string>> => {
    const ids = await redis.lrange(`${queue}:active`, 0, -1);
    if (ids.length === 0) return new Map();
    const tokens = await redis.mget(ids.map((id) => `${queue}:${id}:lock`));
    return new Map(ids.flatMap((id, index) => (tokens[index] == null ? [] : [[id, tokens[index]]])));
  };
  const before = await locks();
  await pause(letGoMs);
  const still = await locks();
  const held = [...before].filter(([id, token]) => still.get(id) === token);
  const jobs = await Promise.all(held.map(([id]) => redis.hget(`${queue}:${id}`, "data")));
  const deliveries = jobs.flatMap((job) => (job === null ? [] : [JSON.parse(job) as { subscriber: string; data: { number: number } }]));
  return { at, what: deliveries.map(({ subscriber, data }) => sendKey(subscriber, data.number)) };
}

/** Milliseconds from each kill until what the victim held had arrived after it. What had arrived before, and was known to have, is not sent again. */
export function arrivedAfter(kills: readonly Held[], stage: Stage): number[] {
  const sends = stage.sends();
  return lastHolders(kills).flatMap(({ what, at }) => {
    const next = sends.find((send) => send.key === what && send.at >= at);
    return next === undefined ? [] : [next.at - at];
  });
}

/** The entries that a router held, which was killed just now: they stay pending under its name, and nobody says that they are worked on. */
export async function heldByRouter({ redis }: Stage, at: number, subscribers: readonly string[]): Promise<Held> {
  const log = logKeys(prefix).log(orderPlaced.name, 0);
  const pending = async (): Promise<Map<string, { readonly reader: string; readonly idle: number }>> => {
    const lists = await Promise.all(subscribers.map((name) => redis.xpending(log, `chaos.${name}`, "-", "+", 10_000)));
    const entries = lists.flatMap((list, index) =>
      (list as [string, string, number][]).map(([id, reader, idle]) => [`${subscribers[index]} ${id}`, { reader, idle }] as const),
    );
    return new Map(entries);
  };
  const before = await pending();
  await pause(letGoMs);
  const still = await pending();
  const held = [...before].filter(
    ([what, { reader, idle }]) => still.get(what)?.reader === reader && still.get(what)!.idle > idle + letGoMs / 2,
  );
  return { at, what: held.map(([what]) => what) };
}

/** Watches until all that was held is acknowledged, and says how many milliseconds after its kill each entry was. */
export function acknowledgements({ redis }: Stage): { watch(held: Promise<Held>): void; after(): Promise<number[]> } {
  const log = logKeys(prefix).log(orderPlaced.name, 0);
  const kills: Held[] = [];
  const acknowledged = new Map<string, number>();
  const watching: Promise<void>[] = [];
  const isPending = async (what: string): Promise<boolean> => {
    const [subscriber, id] = what.split(" ");
    return (await redis.xpending(log, `chaos.${subscriber}`, id!, id!, 1)).length > 0;
  };
  const watch = async (held: Promise<Held>): Promise<void> => {
    const kill = await held;
    kills.push(kill);
    for (const what of kill.what) {
      while (await isPending(what)) await pause(lookEveryMs);
      acknowledged.set(what, acknowledged.get(what) ?? Date.now());
    }
  };
  return {
    watch: (held) => void watching.push(watch(held)),
    async after() {
      await Promise.all(watching);
      return lastHolders(kills).map(({ what, at }) => acknowledged.get(what)! - at);
    },
  };
}

/** What was taken over by somebody who was killed too counts from then. */
function lastHolders(kills: readonly Held[]): { readonly what: string; readonly at: number }[] {
  const last = new Map<string, number>();
  for (const { what, at } of kills) for (const each of what) last.set(each, Math.max(at, last.get(each) ?? 0));
  return [...last].map(([what, at]) => ({ what, at }));
}

/** One line about times in milliseconds. */
export function timesLine(times: readonly number[]): string {
  const seconds = (share: number): string => (percentile(times, share) / 1_000).toFixed(2);
  return times.length === 0 ? "none" : `p50 ${seconds(0.5)} s, p99 ${seconds(0.99)} s, max ${seconds(1)} s (${times.length})`;
}
