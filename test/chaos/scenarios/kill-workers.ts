import { conclude } from "../conclude.ts";
import { shuffled, spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 2_000;
const workerKills = 20;
const routerKills = 5;

export const killWorkers: Scenario = {
  name: "kill-workers",
  code: "F1",
  about: "2,000 events while worker processes are killed (-9) twenty times and the router five times",
  async run(stage) {
    const subscribers = ["mailer"];
    const router = await stage.run("router", { name: "router", subscribers });
    const workers = await Promise.all(["worker-1", "worker-2"].map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond: 25 });

    const victims = shuffled(stage.random, [
      ...Array<"worker">(workerKills).fill("worker"),
      ...Array<"router">(routerKills).fill("router"),
    ]);
    const moments = spread(stage.random, { count: victims.length, from: 50, to: events - 50 });
    let kills = 0;
    for (const [index, victim] of victims.entries()) {
      await load.reached(moments[index]!);
      const target = victim === "router" ? router : workers[kills++ % workers.length]!;
      await target.started();
      stage.fault(`kill -9 ${target.name}`);
      await target.signal("SIGKILL");
    }
    return conclude(stage, { bound: concurrency * workerKills, broken: () => stage.ends().map((end) => `ended by itself: ${end}`) });
  },
};
