import { setTimeout as pause } from "node:timers/promises";
import { decodeEvent } from "../../../src/define/event.ts";
import { logKeys } from "../../../src/log/redis-log-keys.ts";
import { orderPlaced, prefix } from "../domain.ts";
import { type Business, openBusiness } from "../outbox/business.ts";
import { pick, shuffled, spread } from "../random.ts";
import type { Scenario, Verdict } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { kill, sleep } from "../strikes.ts";
import type { Supervised } from "../supervised.ts";

const awayMs = 1_500;
/** Past the time that PostgreSQL waits for a relay in a transaction, 30 s. */
const pausedMs = 35_000;
const patienceMs = 90_000;

interface Size {
  readonly name: string;
  readonly transactions: number;
  readonly faults: {
    readonly app: number;
    readonly relay: number;
    readonly redis: number;
    readonly database: number;
    readonly pause: number;
  };
}

type Victim = keyof Size["faults"];

function attack({ name, transactions, faults }: Size, more: Partial<Scenario> = {}): Scenario {
  const { app, relay, redis, database, pause: pauses } = faults;
  return {
    name,
    code: "OUT",
    about:
      `${transactions.toLocaleString("en")} business transactions publish in PostgreSQL while the application is killed (-9) ${app} times, relays ${relay}, ` +
      `Redis ${redis} and PostgreSQL ${database}${pauses > 0 ? `, and a relay is paused ${pauses} times for ${pausedMs / 1_000} s` : ""}: ` +
      `the log has exactly the ids of the committed rows, each key in its order`,
    stage: { appendfsync: "always", provider: "file" },
    ...more,
    async run(stage) {
      const business = await openBusiness(stage.say);
      try {
        return await judged(stage, business, await strike(stage, business, { transactions, faults }));
      } finally {
        await business.stop();
      }
    },
  };
}

interface Struck {
  readonly reached: number;
  /** Milliseconds from the end of the last transaction until the outbox was empty; undefined: it did not become empty. */
  readonly emptied: number | undefined;
}

async function strike(stage: Stage, business: Business, { transactions, faults }: Omit<Size, "name">): Promise<Struck> {
  const { url: database } = business;
  const program = new URL("../outbox/app.ts", import.meta.url);
  const relays = await Promise.all(["relay-1", "relay-2"].map((name) => stage.run("relay", { name, subscribers: [], database })));
  const apps = await Promise.all(
    ["app-1", "app-2"].map((name, index) => stage.runProgram(program, { name, database, args: [String(index)] })),
  );
  const order = shuffled(
    stage.random,
    (Object.keys(faults) as Victim[]).flatMap((victim) => Array.from({ length: faults[victim] }, () => victim)),
  );
  const asleep = new Set<Supervised>();
  const waking: Promise<void>[] = [];
  for (const [index, moment] of spread(stage.random, { count: order.length, from: 50, to: transactions * 0.95 }).entries()) {
    await reached(business, moment);
    const victim = order[index]!;
    if (victim === "app") await kill(stage, pick(stage.random, apps));
    else if (victim === "redis") {
      stage.fault("kill -9 redis");
      await stage.takeRedisAway(awayMs);
    } else if (victim === "database") {
      stage.fault("SIGQUIT postgres");
      await business.kill();
    } else {
      const awake = relays.filter((each) => !asleep.has(each));
      if (victim === "relay") await kill(stage, pick(stage.random, awake));
      else waking.push(sleep(stage, pick(stage.random, awake), { asleep, forMs: pausedMs }));
    }
  }
  await reached(business, transactions);
  await Promise.all(apps.map((each) => each.stop()));
  const stopped = performance.now();
  await Promise.all(waking);
  while (performance.now() - stopped < patienceMs + (waking.length > 0 ? pausedMs : 0)) {
    if ((await business.left()).waiting === 0) return { reached: await business.count(), emptied: performance.now() - stopped };
    await pause(50);
  }
  return { reached: await business.count(), emptied: undefined };
}

async function reached(business: Business, count: number): Promise<void> {
  let [last, movedAt] = [0, performance.now()];
  for (;;) {
    // While it is killed it does not answer.
    const now = await business.count().catch(() => last);
    if (now >= count) return;
    if (now !== last) [last, movedAt] = [now, performance.now()];
    if (performance.now() - movedAt > patienceMs) throw new Error(`no transaction was committed any more after ${now}`);
    await pause(25);
  }
}

/** The rows that were committed against the log: nothing that busbar counts is asked. */
async function judged({ redis, faults }: Stage, business: Business, { emptied }: Struck): Promise<Verdict> {
  const [committed, left, log] = [await business.committed(), await business.left(), await eventsIn(redis)];
  const rows = new Map(committed.map((row) => [row.id, row]));
  const times = new Map<string, number>();
  for (const { id } of log) times.set(id, (times.get(id) ?? 0) + 1);
  const lost = committed.filter(({ id }) => !times.has(id)).map(({ id }) => id);
  const strange = [...times.keys()].filter((id) => !rows.has(id));
  const duplicates = log.length - times.size;
  const newest = new Map<string, number>();
  const overtaken = log.filter(({ id }) => {
    const { account = "", number = 0 } = rows.get(id) ?? {};
    const later = number < (newest.get(account) ?? 0);
    newest.set(account, Math.max(number, newest.get(account) ?? 0));
    return later;
  });
  const broken = [
    ...(lost.length === 0 ? [] : [`${lost.length} committed rows have no event in the log, such as ${lost[0]}`]),
    ...(strange.length === 0 ? [] : [`${strange.length} events in the log belong to no committed row, such as ${strange[0]}`]),
    ...(duplicates === 0 ? [] : [`${duplicates} events are in the log twice`]),
    ...(overtaken.length === 0
      ? []
      : [`${overtaken.length} events were overtaken by a later one of their key, such as ${overtaken[0]!.id}`]),
    ...(emptied === undefined || left.waiting > 0 ? [`${left.waiting} rows were left in the outbox`] : []),
    ...(left.refused === 0 ? [] : [`${left.refused} rows were set aside`]),
  ];
  return {
    judgement: {
      acknowledged: committed.length,
      expected: committed.length,
      sent: log.length,
      lost,
      duplicates,
      strange,
      recoveries: [],
      delays: [],
    },
    bound: 0,
    broken,
    figures: {
      "committed rows, events in the log": `${committed.length}, ${log.length}`,
      faults: tally(faults.map(({ what }) => what)),
      "the outbox was empty after the last transaction": emptied === undefined ? "never" : `${(emptied / 1_000).toFixed(1)} s`,
      postgres: business.version,
    },
  };
}

async function eventsIn(redis: Stage["redis"]): Promise<{ readonly id: string }[]> {
  const found: { readonly id: string }[] = [];
  for (let after = "-"; ;) {
    const entries = await redis.xrange(logKeys(prefix).log(orderPlaced.name, 0), after, "+", "COUNT", 5_000);
    for (const [, fields] of entries) found.push(decodeEvent(fields[fields.indexOf("event") + 1]!));
    if (entries.length < 5_000) return found;
    after = `(${entries.at(-1)![0]}`;
  }
}

/** `kill -9 app-1 × 3, …`, without their numbers. */
function tally(faults: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const fault of faults) {
    const what = fault.replace(/-\d+$/, "");
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${what} × ${count}`).join(", ");
}

export const outboxSmall = attack({
  name: "outbox-small",
  transactions: 2_000,
  faults: { app: 2, relay: 2, redis: 1, database: 1, pause: 0 },
});
export const outbox = attack(
  { name: "outbox", transactions: 20_000, faults: { app: 12, relay: 20, redis: 8, database: 3, pause: 1 } },
  { long: true },
);
