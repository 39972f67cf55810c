import { conclude } from "../conclude.ts";
import { pick, shuffled, spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";
import { kill, sleep } from "../strikes.ts";
import type { Supervised } from "../supervised.ts";

const perSecond = 200;
/** Past a worker's lock and its claims, which hold for 6 s, and past a router's hold on what it has read, 13 s. */
const pausedMs = 20_000;
const subscribers = ["mailer", "copier"];
/** Duplicates may be this share of the deliveries at most, whatever the bound allows. */
const mostDuplicates = 0.0025;

interface Size {
  readonly name: string;
  readonly code: string;
  readonly events: number;
  readonly kills: number;
  readonly pauses: number;
}

/** Two deliveries an event, under `appendfsync always`; three faults of four strike workers, the others routers. */
function attack({ name, code, events, kills, pauses }: Size): Scenario {
  const fault = (index: number): "kill" | "pause" => (index % (kills + pauses) < kills ? "kill" : "pause");
  return {
    name,
    code,
    about: `${events.toLocaleString("en")} events, two deliveries each, while workers and routers are killed (-9) ${kills} times and paused past every lease ${pauses} times, appendfsync always`,
    stage: { appendfsync: "always", provider: "file", answerDelay: 20 },
    long: true,
    async run(stage) {
      const run = (role: "router" | "workers", names: readonly string[]) =>
        Promise.all(names.map((each) => stage.run(role, { name: each, subscribers })));
      const [routers, workers] = [
        await run("router", ["router-1", "router-2"]),
        await run("workers", ["worker-1", "worker-2", "worker-3"]),
      ];
      const load = stage.load({ count: events, perSecond });

      const asleep = new Set<Supervised>();
      const waking: Promise<void>[] = [];
      let strikes = 0;
      const faults = shuffled(
        stage.random,
        Array.from({ length: kills + pauses }, (_, index) => fault(index)),
      );
      for (const [index, moment] of spread(stage.random, { count: faults.length, from: 200, to: events - 200 }).entries()) {
        await load.reached(moment);
        const role = index % 4 === 3 ? routers : workers;
        const awake = role.filter((each) => !asleep.has(each));
        // Somebody is always left to go on.
        if (awake.length < 2) await Promise.race(waking);
        const victim = pick(
          stage.random,
          role.filter((each) => !asleep.has(each)),
        );
        if (role === workers) strikes += 1;
        if (faults[index] === "kill") await kill(stage, victim);
        else waking.push(sleep(stage, victim, { asleep, forMs: pausedMs }));
      }
      await Promise.all(waking);
      const deliveries = events * subscribers.length;
      return conclude(stage, {
        subscribersOf: () => subscribers,
        bound: () => Math.min(concurrency * strikes, Math.floor(deliveries * mostDuplicates)),
        broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
      });
    },
  };
}

export const standard = attack({ name: "standard", code: "STD", events: 100_000, kills: 50, pauses: 20 });
export const standardSmall = attack({ name: "standard-small", code: "STDS", events: 10_000, kills: 10, pauses: 4 });
