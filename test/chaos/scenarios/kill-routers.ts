import { conclude } from "../conclude.ts";
import { spread } from "../random.ts";
import type { Scenario } from "../scenario.ts";

const events = 1_000;
const kills = 6;
/** While the router is killed there is always something to route. */
const lastKill = 600;

/** So short that the reconciler, which looks at events of two minutes ago, cannot mend what routers lose. */
export const killRouters: Scenario = {
  name: "kill-routers",
  code: "RK",
  about: "1,000 events while the only router is killed (-9) six times: exact",
  stage: { provider: "file" },
  async run(stage) {
    const subscribers = ["mailer"];
    const router = await stage.run("router", { name: "router", subscribers });
    await stage.run("workers", { name: "worker", subscribers });
    const load = stage.load({ count: events, perSecond: 40 });
    for (const moment of spread(stage.random, { count: kills, from: 50, to: lastKill })) {
      await load.reached(moment);
      await router.started();
      stage.fault("kill -9 router");
      await router.signal("SIGKILL");
    }
    return conclude(stage, {
      // No worker is touched.
      bound: 0,
      broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
    });
  },
};
