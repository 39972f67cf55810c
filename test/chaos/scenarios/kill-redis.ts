import { conclude } from "../conclude.ts";
import { spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 2_000;
const kills = 5;
const workers = ["worker-1", "worker-2"];

export const killRedis: Scenario = {
  name: "kill-redis",
  code: "F2",
  about: "2,000 events while Redis is killed (-9) five times under appendfsync always; a publish that throws is repeated with its id",
  stage: { appendfsync: "always" },
  async run(stage) {
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond: 40 });

    for (const moment of spread(stage.random, { count: kills, from: 50, to: events - 50 })) {
      await load.reached(moment);
      stage.fault("kill -9 redis");
      await stage.killRedis();
    }
    return conclude(stage, {
      bound: concurrency * workers.length * kills,
      broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
    });
  },
};
