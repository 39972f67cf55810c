import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeEvent } from "../../../src/define/event.ts";
import { logKeys } from "../../../src/log/redis-log-keys.ts";
import { type ChaosOptions, orderPlaced, prefix } from "../domain.ts";
import type { Scenario, Verdict } from "../scenario.ts";
import type { Published } from "../spooling-publisher.ts";
import type { Stage } from "../stage.ts";

const perSecond = 1_000;
const longestAnswerMs = 3_000;
const mostGrown = 50 * 1_048_576;

const away = (name: string, seconds: number, more: Partial<Scenario> = {}): Scenario => ({
  name,
  code: "E4",
  about: `Redis is away for ${seconds} s while ${perSecond} events a second are published into a spool: each acknowledged one is in the log once`,
  stage: { appendfsync: "always", provider: "file" },
  ...more,
  async run(stage) {
    const file = join(stage.folder, "acknowledged");
    const options: ChaosOptions = { redis: stage.redisUrl, application: "chaos", subscribers: [], spool: join(stage.folder, "spool") };
    const count = (seconds + 10) * perSecond;
    const child = fork(
      new URL("../spooling-publisher.ts", import.meta.url),
      [JSON.stringify(options), String(count), String(perSecond), file],
      {
        execArgv: ["--expose-gc", "--import", import.meta.resolve("tsx")],
      },
    );
    const ended = once(child, "exit");
    await once(child, "message");
    const told = once(child, "message");
    stage.fault(`redis is away for ${seconds} s`);
    await stage.takeRedisAway(seconds * 1_000);
    const result = await Promise.race([told.then(([message]) => message as Published), ended.then(() => undefined)]);
    if (result === undefined) throw new Error("the publisher ended before its time");
    await ended;
    return judged(stage, readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number), result);
  },
});

/** The log itself is the judge: everything that was acknowledged, once each. */
async function judged({ redis }: Stage, acknowledged: readonly number[], counts: Published): Promise<Verdict> {
  const arrivals = new Map<number, number>();
  for (let after = "-"; ;) {
    const entries = await redis.xrange(logKeys(prefix).log(orderPlaced.name, 0), after, "+", "COUNT", 10_000);
    for (const [, fields] of entries) {
      const { number } = decodeEvent(fields[fields.indexOf("event") + 1]!).data as { number: number };
      arrivals.set(number, (arrivals.get(number) ?? 0) + 1);
    }
    if (entries.length < 10_000) break;
    after = `(${entries.at(-1)![0]}`;
  }
  const sum = [...arrivals.values()].reduce((all, one) => all + one, 0);
  const lost = acknowledged.filter((number) => !arrivals.has(number)).map(String);
  const duplicates = sum - arrivals.size;
  const broken = [
    ...(lost.length === 0 ? [] : [`${lost.length} acknowledged events are not in the log, such as number ${lost[0]}`]),
    ...(duplicates === 0 ? [] : [`${duplicates} events are in the log twice`]),
    ...(counts.failed === 0 ? [] : [`${counts.failed} publishes failed although there is a spool`]),
    ...(counts.spooled > 0 ? [] : ["nothing went into the spool: nothing was tried"]),
    ...(counts.slowest <= longestAnswerMs ? [] : [`a publish answered after ${Math.round(counts.slowest)} ms only`]),
    ...(counts.grown <= mostGrown ? [] : [`the heap grew by ${megabytes(counts.grown)}`]),
  ];
  return {
    judgement: {
      acknowledged: acknowledged.length,
      expected: acknowledged.length,
      sent: sum,
      lost,
      duplicates,
      strange: [],
      recoveries: [],
      delays: [],
    },
    bound: 0,
    broken,
    figures: {
      "published at once, into the spool, failed": `${counts.published}, ${counts.spooled}, ${counts.failed}`,
      "slowest answer of a publish": `${Math.round(counts.slowest)} ms`,
      "heap grew by at most": megabytes(counts.grown),
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

export const redisAway = away("redis-away", 20);
export const redisAwayLong = away("redis-away-long", 300, { long: true });
