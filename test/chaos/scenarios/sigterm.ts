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
  code: "A10",
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
    const starts: number[] = [];
    for (const moment of spread(stage.random, { count: rounds, from: 50, to: events - 50 })) {
      await load.reached(moment);
      await stage.moreSends(sendsBetween);
      stage.fault("SIGTERM to all");
      const asked = performance.now();
      await Promise.all(
        roles.map(async (role) => {
          await role.signal("SIGTERM");
          stops.push(performance.now() - asked);
          const ended = performance.now();
          await role.started();
          starts.push(performance.now() - ended);
        }),
      );
    }
    return conclude(stage, {
      bound: 0,
      broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
      figures: { "a process ended after": times(stops), "and had started again after": times(starts) },
    });
  },
};

function times(values: readonly number[]): string {
  return `p50 ${percentile(values, 0.5).toFixed(0)} ms, max ${percentile(values, 1).toFixed(0)} ms`;
}
