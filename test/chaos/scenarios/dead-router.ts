import { percentile } from "../../../bench/percentile.ts";
import { conclude } from "../conclude.ts";
import { acknowledgements, heldByRouter, timesLine } from "../held.ts";
import type { Scenario } from "../scenario.ts";

const kills = 6;
/** Published at once, so that the victim has pages in hand. */
const burst = 1_000;
const perSecond = 5_000;
/** reliability.md: what a crashed router held is routed, p99. */
const goalMs = 20_000;

/** router.md, rule 6: one death at a time, and how long what it left behind waits. */
export const deadRouter: Scenario = {
  name: "dead-router",
  code: "R6T",
  about: "one of two routers is killed (-9) in the middle of a thousand events, six times: what it held is routed within 20 s",
  stage: { provider: "file" },
  async run(stage) {
    const subscribers = ["mailer"];
    const routers = await Promise.all(["router-1", "router-2"].map((name) => stage.run("router", { name, subscribers })));
    await stage.run("workers", { name: "worker", subscribers });

    const routed = acknowledgements(stage);
    for (let kill = 0; kill < kills; kill++) {
      const victim = routers[kill % routers.length]!;
      await victim.started();
      const load = stage.load({ count: burst, perSecond, firstNumber: kill * burst + 1 });
      await load.reached(burst * (0.2 + 0.6 * stage.random()));
      stage.fault(`kill -9 ${victim.name}`);
      await victim.signal("SIGKILL");
      routed.watch(heldByRouter(stage, Date.now(), subscribers));
      await load.done;
      await stage.arrived((kill + 1) * burst);
    }
    const times = await routed.after();
    const line = timesLine(times);
    return conclude(stage, {
      bound: 0,
      broken: () => [
        ...(percentile(times, 0.99) > goalMs ? [`what a killed router held is routed too late: ${line}`] : []),
        ...stage.ends().map((end) => `ended by itself: ${end}`),
      ],
      figures: { "what a killed router held was routed after": line },
    });
  },
};
