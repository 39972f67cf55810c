import { percentile } from "../../../bench/percentile.ts";
import { conclude } from "../conclude.ts";
import { arrivedAfter, type Held, heldByWorker, timesLine } from "../held.ts";
import { shuffled, spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 2_000;
const workerKills = 20;
const routerKills = 5;
const perSecond = 15;
/** So many messages have left since the victim is back: it has its hands full again. */
const sendsBetween = 15;
/** reliability.md: a crashed worker's delivery is taken over, p99. */
const takeOverGoalMs = 12_000;

export const killWorkers: Scenario = {
  name: "kill-workers",
  code: "F1",
  about: "2,000 events while worker processes are killed (-9) twenty times and the router five times",
  // So that a worker that is killed holds something.
  stage: { answerDelay: 300 },
  async run(stage) {
    const subscribers = ["mailer"];
    const router = await stage.run("router", { name: "router", subscribers });
    const workers = await Promise.all(["worker-1", "worker-2"].map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond });

    const victims = shuffled(stage.random, [
      ...Array<"worker">(workerKills).fill("worker"),
      ...Array<"router">(routerKills).fill("router"),
    ]);
    const moments = spread(stage.random, { count: victims.length, from: 50, to: events - 50 });
    let kills = 0;
    const held: Promise<Held>[] = [];
    for (const [index, victim] of victims.entries()) {
      await load.reached(moments[index]!);
      const target = victim === "router" ? router : workers[kills++ % workers.length]!;
      await target.started();
      await stage.moreSends(sendsBetween);
      stage.fault(`kill -9 ${target.name}`);
      await target.signal("SIGKILL");
      if (victim === "worker") held.push(heldByWorker(stage, Date.now()));
    }
    const figures: Record<string, string> = {};
    return conclude(stage, {
      bound: concurrency * workerKills,
      async broken() {
        const times = arrivedAfter(await Promise.all(held), stage);
        figures["what a killed worker held arrived after"] = timesLine(times);
        const slow =
          percentile(times, 0.99) > takeOverGoalMs ? [`what a killed worker held is taken over too late: ${timesLine(times)}`] : [];
        return [...slow, ...stage.ends().map((end) => `ended by itself: ${end}`)];
      },
      figures,
    });
  },
};
