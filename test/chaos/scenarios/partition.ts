import { setTimeout as pause } from "node:timers/promises";
import { chaosBus } from "../domain.ts";
import { conclude } from "../conclude.ts";
import { spread } from "../random.ts";
import { resumptions, shownResumptions, slowResumptions } from "../resumed.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 1_500;
const cuts = 2;
const cutMs = 8_000;
const workers = ["worker-1", "worker-2"];
/** Numbers of what is published on the side of the old master. */
const aside = 100_000;
const onAside = 200;

/**
 * The network is cut between the master and everyone else but one publisher, for longer than the Sentinels need: there are two masters
 * then. When it is whole again, the old one forgets what it was told meanwhile.
 */
export const partition: Scenario = {
  name: "partition",
  code: "F7",
  about: `${events.toLocaleString("en")} events while the master is cut off from its replicas, the Sentinels and all processes but one publisher, ${cuts} times for ${cutMs / 1_000} s`,
  stage: { fleet: "sentinels", durability: "replicated", answerDelay: 20 },
  async run(stage) {
    const { sentinels, proxyOf } = stage.fleet;
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond: 30 });
    const onItsSide: number[] = [];
    for (const [index, moment] of spread(stage.random, { count: cuts, from: 100, to: events * 0.8 }).entries()) {
      await load.reached(moment);
      const master = await sentinels.master();
      const left = chaosBus({ redis: `redis://127.0.0.1:${master.port}`, application: "chaos", subscribers: [], durability: "replicated" });
      await left.connect();
      stage.fault("the master is cut off");
      proxyOf(master).silence(true);
      // What leaves before the replicas are gone would be confirmed by them.
      await pause(100);
      const own = stage.load({
        bus: left,
        count: onAside,
        perSecond: 50,
        firstNumber: aside + index * onAside,
        leaveAfter: cutMs,
      });
      await Promise.all([sentinels.failover(master), pause(cutMs)]);
      onItsSide.push(own.intents.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).length);
      proxyOf(master).silence(false);
      await own.done;
      await left.stop();
      await sentinels.replicated(2);
    }
    const figures: Record<string, string | number> = {};
    return conclude(stage, {
      // What the workers had sent to the old master's side of the ledger, and what was not confirmed and comes again.
      bound: cuts * concurrency * workers.length * 2,
      figures,
      broken: () => {
        const resumed = resumptions(stage);
        figures["published on the old master's side, and acknowledged there"] = `${cuts * onAside}, ${onItsSide.join(" + ")}`;
        figures["what was acknowledged after a cut began to arrive after (s)"] = shownResumptions(resumed);
        return [...slowResumptions(resumed), ...stage.ends().map((end) => `ended by itself: ${end}`)];
      },
    });
  },
};
