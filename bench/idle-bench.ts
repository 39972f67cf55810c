/**
 * What an idle process sends to Redis: `node --import tsx bench/idle-bench.ts`. The figures of src/bus/doctor/idle-cost.ts come from here.
 * Commands inside scripts are not counted: hosts that bill by command bill the call.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { silentLogger } from "../src/base/logger.ts";
import type { Role } from "../src/bus/roles.ts";
import { loadApplication } from "../src/cli/application.ts";
import { withRedis } from "./temporary.ts";

const secondsOfLooking = 60;
/** What a start does once is over by then. */
const settlingMs = 10_000;
const dayInSeconds = 86_400;

/** Commands in the time of looking, by their name and the one who sent them. */
async function sentBy(url: string, roles: readonly Role[]): Promise<Map<string, number>> {
  const { bus } = await loadApplication({ logger: silentLogger, adjust: (environment) => ({ ...environment, redis: url }) });
  const redis = new Redis(url);
  await redis.flushall();
  await bus.start({ only: roles });
  await pause(settlingMs);
  const clients = (await redis.client("LIST")) as string;
  const names = new Map(clients.split("\n").map((line) => [/ addr=(\S+)/.exec(line)?.[1], / name=(\S*)/.exec(line)?.[1] ?? ""]));
  const monitor = await redis.monitor();
  const counts = new Map<string, number>();
  monitor.on("monitor", (_time: string, [command]: string[], source: string) => {
    if (source === "lua") return;
    const what = `${names.get(source) || source} ${command!.toUpperCase()}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  });
  await pause(secondsOfLooking * 1_000);
  monitor.disconnect();
  redis.disconnect();
  await bus.stop();
  return counts;
}

const figure = (value: number): string => Math.round((value / secondsOfLooking) * dayInSeconds).toLocaleString("en");

await withRedis("everysec", async ({ redis: { url, version } }) => {
  console.log(`Redis ${version}, node ${process.versions.node}, ${secondsOfLooking} s each: commands a day`);
  for (const roles of [["router"], ["workers"]] as const) {
    const counts = await sentBy(url, roles);
    console.log(`${roles.join(",")}: ${figure([...counts.values()].reduce((sum, count) => sum + count, 0))}`);
    for (const [what, count] of [...counts].toSorted((a, b) => b[1] - a[1])) console.log(`  ${what}: ${figure(count)}`);
  }
});
