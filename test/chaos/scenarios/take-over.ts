import { setTimeout as pause } from "node:timers/promises";
import { conclude } from "../conclude.ts";
import { acknowledgements, heldByRouter, timesLine } from "../held.ts";
import { spread } from "../random.ts";
import type { Scenario } from "../scenario.ts";

const events = 40_000;
const perSecond = 500;
const kills = 20;
/** Past the 13 s after which another router takes over. */
const stoppedMs = 20_000;

/** router.md, rule 6. */
export const takeOver: Scenario = {
  name: "take-over",
  code: "R6",
  about: "80,000 deliveries while one of two routers is killed (-9) twenty times, and then one paused past the take-over: exact",
  stage: { provider: "file" },
  async run(stage) {
    const subscribers = ["mailer", "trapped"];
    const routers = await Promise.all(["router-1", "router-2"].map((name) => stage.run("router", { name, subscribers })));
    await Promise.all(["worker-1", "worker-2"].map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond });

    const routed = acknowledgements(stage);
    const killsEnd = events * 0.65;
    for (const [index, moment] of spread(stage.random, { count: kills, from: 500, to: killsEnd }).entries()) {
      await load.reached(moment);
      const victim = routers[index % routers.length]!;
      await victim.started();
      stage.fault(`kill -9 ${victim.name}`);
      await victim.signal("SIGKILL");
      routed.watch(heldByRouter(stage, Date.now(), subscribers));
    }
    await load.reached(killsEnd);
    const sleeper = routers[0]!;
    stage.fault(`SIGSTOP ${sleeper.name}`);
    await sleeper.signal("SIGSTOP");
    await pause(stoppedMs);
    await sleeper.signal("SIGCONT");

    const times = await routed.after();
    return conclude(stage, {
      // No worker is touched.
      bound: 0,
      subscribersOf: () => subscribers,
      broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
      figures: { "what a killed router held was routed after": timesLine(times) },
    });
  },
};
