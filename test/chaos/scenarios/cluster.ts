import { Command } from "ioredis";
import { logKeys } from "../../../src/log/redis-log-keys.ts";
import { conclude } from "../conclude.ts";
import { orderPlaced, prefix } from "../domain.ts";
import { spread } from "../random.ts";
import { resumptions, shownResumptions, slowResumptions } from "../resumed.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 3_000;
const workers = ["worker-1", "worker-2"];
const slotOf = (key: string): number => Number(new Command("exists", [key]).getSlot());
const slots = { log: slotOf(logKeys(prefix).log(orderPlaced.name, 0)), queue: slotOf(`${prefix}:{chaos.email}:meta`) };

interface Attack {
  readonly what: "kill" | "move";
  readonly slot: keyof typeof slots;
}
const attacks: readonly Attack[] = [
  { what: "kill", slot: "log" },
  { what: "move", slot: "log" },
  { what: "kill", slot: "queue" },
  { what: "move", slot: "queue" },
  { what: "move", slot: "log" },
  { what: "kill", slot: "log" },
];

export const cluster: Scenario = {
  name: "cluster",
  code: "F9",
  about: `${events.toLocaleString("en")} events on a Cluster of six while the master of the log's slot and that of the queue's are killed (-9) three times, and these slots are moved three times`,
  stage: { fleet: "cluster", durability: "replicated", answerDelay: 20 },
  async run(stage) {
    const { cluster: servers } = stage.fleet;
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: events, perSecond: 30 });
    const moments = spread(stage.random, { count: attacks.length, from: 100, to: events * 0.85 });
    for (const [index, { what, slot }] of attacks.entries()) {
      await load.reached(moments[index]!);
      const holder = await servers.holder(slots[slot]);
      if (what === "kill") {
        stage.fault(`kill -9 the master of the ${slot}'s slot`);
        await holder.kill();
        await servers.taken(slots[slot], holder);
        await holder.start();
      } else {
        stage.fault(`the ${slot}'s slot is moved`);
        await servers.move(slots[slot], await servers.other(holder));
      }
      await servers.whole();
    }
    const figures: Record<string, string | number> = {};
    return conclude(stage, {
      bound: attacks.length * concurrency * workers.length,
      figures,
      broken: () => {
        const resumed = resumptions(stage);
        figures["what was acknowledged after a fault began to arrive after (s)"] = shownResumptions(resumed);
        return [...slowResumptions(resumed), ...stage.ends().map((end) => `ended by itself: ${end}`)];
      },
    });
  },
};
