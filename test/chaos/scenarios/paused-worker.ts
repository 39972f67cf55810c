import { setTimeout as pause } from "node:timers/promises";
import { conclude } from "../conclude.ts";
import { spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 1_500;
const pauses = 3;
/** Past the worker's lock and its claims, which hold for 6 s. */
const stoppedMs = 20_000;

export const pausedWorker: Scenario = {
  name: "paused-worker",
  code: "F4",
  about: "a worker is paused (SIGSTOP) past its lock in the middle of sends, three times; the other takes over its deliveries",
  stage: { answerDelay: 150 },
  async run(stage) {
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    const workers = await Promise.all(["worker-1", "worker-2"].map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond: 15 });

    for (const [index, moment] of spread(stage.random, { count: pauses, from: 30, to: events - 300 }).entries()) {
      await load.reached(moment);
      const sleeper = workers[index % workers.length]!;
      stage.fault(`SIGSTOP ${sleeper.name}`);
      await sleeper.signal("SIGSTOP");
      await pause(stoppedMs);
      await sleeper.signal("SIGCONT");
    }
    return conclude(stage, { bound: concurrency * pauses, broken: () => stage.ends().map((end) => `ended by itself: ${end}`) });
  },
};
