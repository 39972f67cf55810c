import { conclude } from "../conclude.ts";
import { spread } from "../random.ts";
import { resumptions, shownResumptions, slowResumptions } from "../resumed.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const workers = ["worker-1", "worker-2"];
const lagMs = 50;
/** Marks of sends that were on their way to the replicas when the master died. */
const sentInLag = 20;

/** The master is killed under load, again and again; the one that was killed comes back with its old data, and becomes a replica. */
function failover({ kills, ...more }: { readonly kills: number } & Pick<Scenario, "name" | "code" | "long">): Scenario {
  const events = kills * 500;
  return {
    ...more,
    about: `${events.toLocaleString("en")} events while the master of three servers is killed (-9) ${kills} times and Sentinels promote a replica; replication is ${lagMs} ms behind`,
    stage: { fleet: "sentinels", durability: "replicated", answerDelay: 20 },
    async run(stage) {
      const { sentinels, proxyOf } = stage.fleet;
      for (const server of sentinels.servers) proxyOf(server).lag(lagMs);
      const subscribers = ["mailer"];
      await stage.run("router", { name: "router", subscribers });
      await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
      const load = stage.load({ count: events, perSecond: 25 });
      for (const moment of spread(stage.random, { count: kills, from: 50, to: events * 0.9 })) {
        await load.reached(moment);
        const master = await sentinels.master();
        stage.fault("kill -9 the master");
        await master.kill();
        await sentinels.failover(master);
        await master.start();
        await sentinels.replicated(2);
      }
      const figures: Record<string, string | number> = {};
      return conclude(stage, {
        bound: kills * (concurrency * workers.length + sentInLag),
        figures,
        broken: () => {
          const resumed = resumptions(stage);
          figures["what was acknowledged after a kill began to arrive after (s)"] = shownResumptions(resumed);
          return [...slowResumptions(resumed), ...stage.ends().map((end) => `ended by itself: ${end}`)];
        },
      });
    },
  };
}

export const failoverFew = failover({ name: "failover", code: "F6", kills: 5 });
export const failoverMany = failover({ name: "failover-many", code: "F6", kills: 20, long: true });
