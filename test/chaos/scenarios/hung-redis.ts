import { conclude } from "../conclude.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 3_500;
const perSecond = 25;
/** Milliseconds for which Redis answers nothing. */
const hangs = [5_000, 15_000, 60_000];
const workers = ["worker-1", "worker-2"];
const longestAnswerMs = 3_000;

export const hungRedis: Scenario = {
  name: "hung-redis",
  code: "F3",
  about: "3,500 events while Redis hangs (SIGSTOP) for 5, 15 and 60 s; the publisher has a spool, and answers within 3 s",
  stage: { appendfsync: "always", spooling: true },
  async run(stage) {
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond });
    for (const [index, hang] of hangs.entries()) {
      await load.reached([100, 500, 1_400][index]!);
      stage.fault(`redis hangs for ${hang / 1_000} s`);
      await stage.hangRedis(hang);
    }
    const figures: Record<string, string | number> = {};
    return conclude(stage, {
      bound: concurrency * workers.length * hangs.length,
      figures,
      broken: () => {
        figures["slowest answer of a publish"] = `${load.slowest().toFixed(0)} ms`;
        // A supervisor that asks for readiness ends and starts the others meanwhile, which is its right.
        return load.slowest() > longestAnswerMs ? [`a publish answered after ${load.slowest().toFixed(0)} ms only`] : [];
      },
    });
  },
};
