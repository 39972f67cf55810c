import { conclude } from "../conclude.ts";
import { spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 1_500;
const times = 10;
const workers = ["worker-1", "worker-2"];

export const forgottenScripts: Scenario = {
  name: "forgotten-scripts",
  code: "F18",
  about: "1,500 events while Redis forgets all scripts and ends all connections, ten times",
  async run(stage) {
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond: 40 });
    for (const moment of spread(stage.random, { count: times, from: 50, to: events - 50 })) {
      await load.reached(moment);
      stage.fault("SCRIPT FLUSH, CLIENT KILL");
      await stage.redis.script("FLUSH");
      await stage.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }
    return conclude(stage, {
      bound: concurrency * workers.length * times,
      broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
    });
  },
};
