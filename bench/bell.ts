/**
 * What the bell costs and what it saves (docs/decisions/0011-one-bell.md): `node --import tsx bench/bell.ts`. An append is measured with
 * the ring and without, and a wake-up by the bell beside one by the logs themselves.
 */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { logKeys } from "../src/log/redis-log-keys.ts";
import { percentile } from "./percentile.ts";
import { withRedis } from "./temporary.ts";

const rounds = 5;
const callsOfOne = 10_000;
const callsOfHundred = 400;
const inFlight = 4;
const wakeUps = 1_000;
/** So that the reader waits inside Redis again when the next event comes. */
const betweenWakeUpsMs = 2;

const keys = logKeys("bell");
const ringing = readFileSync(new URL("../src/log/append.lua", import.meta.url), "utf8");
const silent = ringing.replace(/^for topic in pairs\(rung\).*\n/m, "");
if (silent === ringing) throw new Error("append.lua rings in another way than this bench knows");

type Script = "ringing" | "silent";
const json = JSON.stringify({ specversion: "1.0", data: "x".repeat(220) });
let eventNumber = 0;

async function append(redis: Redis, script: Script, topics: readonly string[]): Promise<void> {
  const ids = keys.ids("any", 0, 0);
  const names = topics.flatMap((topic) => [keys.log(topic, 0), keys.meta(topic, 0), ids, ids]);
  const args = topics.flatMap((topic) => [topic, `event-${(eventNumber += 1)}`, "", json]);
  const scripted = redis as unknown as Record<Script, (...parts: (string | number)[]) => Promise<readonly [string][]>>;
  const [first] = await scripted[script](names.length + 1, keys.bell(0), ...names, 86_400_000, ...args);
  if (first![0] !== "appended") throw new Error(`an append answered ${first!.join()}`);
}

/** Microseconds that Redis spends on one call of a command, by its own count since the last reset. */
async function cost(redis: Redis, command: string): Promise<number> {
  const stats = await redis.info("commandstats");
  return Number(new RegExp(`^cmdstat_${command}:.*?usec_per_call=([\\d.]+)`, "m").exec(stats)?.[1]);
}

async function appendCost(redis: Redis, script: Script, options: { calls: number; events: number }): Promise<number> {
  await redis.flushall();
  const topics = Array.from({ length: options.events }, () => "order.placed");
  await append(redis, script, topics);
  await redis.config("RESETSTAT");
  const caller = async (): Promise<void> => {
    for (let call = 0; call < options.calls / inFlight; call++) await append(redis, script, topics);
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return (await cost(redis, "evalsha")) / options.events;
}

async function wakeUp(url: string, redis: Redis, logs: number | "bell"): Promise<{ times: number[]; cost: number }> {
  await redis.flushall();
  const topics = Array.from({ length: logs === "bell" ? 3 : logs }, (_, index) => `topic-${index}`);
  const script: Script = logs === "bell" ? "ringing" : "silent";
  for (const topic of topics) await append(redis, script, [topic]);
  const streams = logs === "bell" ? [keys.bell(0)] : topics.map((topic) => keys.log(topic, 0));
  const last = new Map<string, string>();
  for (const stream of streams) last.set(stream, (await redis.xrevrange(stream, "+", "-", "COUNT", 1))[0]![0]);
  const reader = new Redis(url);
  await reader.ping();
  await redis.config("RESETSTAT");
  const times: number[] = [];
  for (let round = 0; round < wakeUps; round++) {
    const woken = reader.xread("COUNT", 1_000, "BLOCK", 5_000, "STREAMS", ...streams, ...streams.map((stream) => last.get(stream)!));
    await pause(betweenWakeUpsMs);
    const start = performance.now();
    const appended = append(redis, script, [topics[round % topics.length]!]);
    const reply = await woken;
    times.push(performance.now() - start);
    for (const [stream, entries] of reply ?? []) last.set(stream, entries.at(-1)![0]);
    await appended;
  }
  const xread = await cost(redis, "xread");
  reader.disconnect();
  return { times, cost: xread };
}

/** The figures of each variant, measured in turns so that a busy machine slows all of them. */
async function inTurns<Variant, Figure>(variants: readonly Variant[], measure: (variant: Variant) => Promise<Figure>): Promise<Figure[][]> {
  const figures: Figure[][] = variants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, variant] of variants.entries()) figures[index]!.push(await measure(variant));
  }
  return figures;
}

const median = (values: readonly number[]): string => percentile(values, 0.5).toFixed(2);

await withRedis("everysec", async ({ redis: { url, version } }) => {
  const redis = new Redis(url);
  redis.defineCommand("ringing", { lua: ringing });
  redis.defineCommand("silent", { lua: silent });
  console.log(`Redis ${version}, node ${process.versions.node}, medians of ${rounds} rounds in turns`);
  for (const [calls, events] of [
    [callsOfOne, 1],
    [callsOfHundred, 100],
  ] as const) {
    const [without, ring] = await inTurns<Script, number>(["silent", "ringing"], (script) => appendCost(redis, script, { calls, events }));
    console.log(`append, ${events} a call: ${median(without!)} µs of Redis an event without the ring, ${median(ring!)} µs with it`);
  }
  const variants = ["bell", 3, 100] as const;
  const figures = await inTurns(variants, (logs) => wakeUp(url, redis, logs));
  for (const [index, logs] of variants.entries()) {
    const times = figures[index]!.flatMap((figure) => figure.times);
    const costs = figures[index]!.map((figure) => figure.cost);
    const where = logs === "bell" ? "the bell" : `${logs} logs`;
    console.log(
      `wake-up, blocked on ${where}: p50 ${median(times)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms, ${median(costs)} µs of Redis an XREAD call`,
    );
  }
  redis.disconnect();
});
