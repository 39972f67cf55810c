import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { matches, parse, type ParsedPattern } from "../src/filter/index.ts";
import { craftedFilter } from "./crafted-filters.ts";
import { fuzzedFilter } from "./fuzzed-filters.ts";
import { type Hostile, hostileFilters } from "./hostile-filters.ts";
import { ownTime } from "./own-time.ts";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";

/** Seeds of the pairs that are made by chance; `FILTER_SEEDS=1000-1200` takes others. */
const seeds = { from: 1, to: 150 };
/** Rounds that are not counted, and rounds that are. */
const [warm, counted] = [3, 9];
/** Milliseconds. */
const goal = 5;

interface Pair extends Hostile {
  readonly parsed: ParsedPattern;
  /** Milliseconds of each counted round. */
  readonly times: number[];
}

/**
 * The worst that could be thought of, and that chance finds. What is measured is the match alone, of a pattern that was read before, with a payload that JSON.parse
 * has just made: one that was matched before would be quicker. It is the processor time of the thread that matches; of each pair the median of the rounds. All pairs
 * take turns in one process, so that each runs in code that has seen all others.
 */
export async function hostileBench(): Promise<Result[]> {
  const byHand = hostileFilters().map(paired);
  const [from = seeds.from, to = seeds.to] = (process.env["FILTER_SEEDS"] ?? "").match(/\d+/g)?.map(Number) ?? [];
  const seeded = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const byChance = seeded.map((seed) => paired(fuzzedFilter(seed)));
  const byReading = seeded.map((seed) => paired(craftedFilter(seed)));
  for (let round = 0; round < warm + counted; round++)
    for (const pair of [...byHand, ...byChance, ...byReading]) {
      const time = timeOf(pair);
      if (round >= warm) pair.times.push(time);
    }
  return [
    ...rowsOf(`${byHand.length} hostile patterns on 256 KB`, byHand),
    ...rowsOf(`${byChance.length} patterns and 256 KB made by seeds ${from} to ${to}`, byChance),
    ...rowsOf(`${byReading.length} made by the same seeds against the way in which filters are matched`, byReading),
    ...(await firstCalls(byHand.length)),
  ];
}

function paired(hostile: Hostile): Pair {
  return { ...hostile, parsed: parse(hostile.pattern), times: [] };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options: { readonly type: "minor" }) => void;

let found = 0;

function timeOf({ parsed, json }: Pair): number {
  const payload: unknown = JSON.parse(json);
  // The garbage of JSON.parse is not the match's; it would be collected in whichever comes next.
  collect({ type: "minor" });
  const begun = ownTime();
  if (matches(parsed, payload)) found += 1;
  return ownTime() - begun;
}

function rowsOf(what: string, pairs: readonly Pair[]): Result[] {
  const medians = pairs.map(({ name, times }) => ({ name, time: percentile(times, 0.5), most: percentile(times, 0.99) }));
  const slowest = medians.reduce((a, b) => (a.time > b.time ? a : b));
  const all = medians.map(({ time }) => time);
  const slow = all.filter((time) => time >= goal).length;
  const count = pairs.length * counted;
  return [
    { what: `filter: ${what}, the median pair`, unit: "ms", p50: percentile(all, 0.5), p99: percentile(all, 0.99), count, goal: undefined },
    {
      what: `filter: the slowest of them, ${slowest.name} (${slow} of ${pairs.length} take ${goal} ms or more)`,
      unit: "ms",
      p50: slowest.time,
      p99: slowest.most,
      count: counted,
      goal,
    },
  ];
}

/**
 * What the first match costs in a process that has matched nothing, while V8 still interprets the code: each pair in a process of its own. There is no goal: it is as it
 * is.
 */
async function firstCalls(count: number): Promise<Result[]> {
  const times: { readonly name: string; readonly time: number }[] = [];
  for (let index = 0; index < count; index++) {
    const args = ["--import", import.meta.resolve("tsx"), new URL("first-match-process.ts", import.meta.url).pathname, String(index)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    times.push(JSON.parse(stdout) as { name: string; time: number });
  }
  const slowest = times.reduce((a, b) => (a.time > b.time ? a : b));
  const all = times.map(({ time }) => time);
  const what = `filter: the first match of a process, ${count} hostile patterns, the median pair (p99: the slowest, ${slowest.name})`;
  return [{ what, unit: "ms", p50: percentile(all, 0.5), p99: slowest.time, count, goal: undefined }];
}
