import { conclude } from "../conclude.ts";
import { spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const workers = ["worker-1", "worker-2"];

/** What a kill leaves in the machine's memory is gone after a power cut. */
function powerCut({ cuts, ...more }: { readonly cuts: number } & Pick<Scenario, "name" | "code" | "long">): Scenario {
  const events = cuts * 80;
  return {
    ...more,
    about: `${events.toLocaleString("en")} events while the power of Redis is cut ${cuts} times under appendfsync always: what was not synced is taken from its files`,
    stage: { fleet: "powered", durability: "fsync", answerDelay: 20 },
    async run(stage) {
      const { powered } = stage.fleet;
      const subscribers = ["mailer"];
      await stage.run("router", { name: "router", subscribers });
      await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
      const load = stage.load({ count: events, perSecond: 50 });
      const taken: number[] = [];
      for (const moment of spread(stage.random, { count: cuts, from: 20, to: events * 0.95 })) {
        await load.reached(moment);
        stage.fault("the power is cut");
        taken.push(await powered.cutPower());
      }
      return conclude(stage, {
        bound: cuts * concurrency * workers.length,
        figures: {
          "bytes that were not on the disk at the cuts": `${taken.reduce((sum, bytes) => sum + bytes, 0)} in all, ${Math.max(...taken)} at most`,
        },
        broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
      });
    },
  };
}

export const powerCutFew = powerCut({ name: "power-cut", code: "F5", cuts: 10 });
export const powerCutMany = powerCut({ name: "power-cut-many", code: "F5", cuts: 50, long: true });
