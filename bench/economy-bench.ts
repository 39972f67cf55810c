import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { silentLogger } from "../src/base/logger.ts";
import { paces } from "../src/base/pace.ts";
import { nextFireTime } from "../src/define/fire-times.ts";
import { loadApplication } from "../src/cli/application.ts";
import type { Result } from "./result.ts";
import { benchKeys, withRedis } from "./temporary.ts";

/** Longer than the longest wait of the profile but one, retention's hour, whose round is counted apart. */
const lookingMs = 300_000;
const settlingMs = 15_000;
const dayMs = 86_400_000;
const goal = 16_000;

/**
 * D9: the commands that one idle process with all channels sends in a day with `profile: "economy"`, this repository's 25 topics and
 * subscribers. Looked at for five minutes in which no schedule fires; the hourly rounds are those of the start. Commands inside scripts are not counted, because hosts
 * that bill by command bill the call.
 */
export function economyBench(): Promise<Result> {
  return withRedis("everysec", async ({ redis: { url } }) => {
    const { bus } = await loadApplication({
      logger: silentLogger,
      adjust: (environment) => ({ ...environment, redis: url, profile: "economy", keys: benchKeys }),
    });
    const redis = new Redis(url);
    const monitor = await redis.monitor();
    let sent = 0;
    let rounds = 0;
    monitor.on("monitor", (_time: string, [command = "", ...args]: string[], source: string) => {
      if (source === "lua") return;
      sent += 1;
      if (/^(set|eval)$/i.test(command) && /:lock:(log-keeper|dead-letters-)/.test(args.join(" "))) rounds += 1;
    });
    try {
      await bus.start();
      await pause(settlingMs);
      const { topics, subscribers, schedules } = await bus.catalog();
      const now = Date.now();
      const untilNext = Math.min(...schedules.map(({ parsed, timeZone }) => nextFireTime(parsed, timeZone, now) ?? Infinity)) - now;
      if (untilNext < lookingMs) await pause(untilNext + settlingMs);
      const start = sent;
      await pause(lookingMs);
      const waiting = ((sent - start) / lookingMs) * dayMs;
      // Each hour: a lock and a look for each queue and for the logs, two commands for each log and for each group, and that schedules have a process.
      const hourly = rounds * 2 + topics.length * 2 + subscribers.length * 2 + 1;
      // The reconciler: its lock, its places, and two looks at each log.
      const accounts = (2 + topics.length * 2) * (dayMs / paces.economy.accounts);
      const what = 'commands a day of one idle process, profile "economy"';
      return { what, unit: "", p50: waiting + hourly * 24 + accounts, p99: undefined, count: sent - start, goal };
    } finally {
      monitor.disconnect();
      redis.disconnect();
      await bus.stop();
    }
  });
}
