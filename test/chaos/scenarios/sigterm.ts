import { conclude } from "../conclude.ts";
import { percentile } from "../../../bench/percentile.ts";
import { spread } from "../random.ts";
import type { Scenario } from "../scenario.ts";

const events = 1_200;
const rounds = 5;
/** So many messages have left between two rounds: everybody is at work again. */
const sendsBetween = 100;

export const sigterm: Scenario = {
  name: "sigterm",
  about: "1,200 events while all routers and workers are asked to end (SIGTERM) and started again, five times: nothing twice",
  async run(stage) {
    const subscribers = ["mailer"];
    const roles = await Promise.all([
      stage.run("router", { name: "router", subscribers }),
      stage.run("workers", { name: "worker-1", subscribers }),
      stage.run("workers", { name: "worker-2", subscribers }),
    ]);
    const load = stage.load({ count: events, perSecond: 40 });

    const stops: number[] = [];
    for (const moment of spread(stage.random, { count: rounds, from: 50, to: events - 50 })) {
      await load.reached(moment);
      await Promise.all(roles.map((role) => role.started()));
      await stage.moreSends(sendsBetween);
      stage.fault("SIGTERM to all");
      const asked = performance.now();
      await Promise.all(roles.map((role) => role.signal("SIGTERM").then(() => stops.push(performance.now() - asked))));
    }
    return conclude(stage, {
      bound: 0,
      broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
      figures: { "a process ended after": `p50 ${percentile(stops, 0.5).toFixed(0)} ms, max ${percentile(stops, 1).toFixed(0)} ms` },
    });
  },
};
