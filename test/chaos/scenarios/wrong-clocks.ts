import { conclude } from "../conclude.ts";
import { spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 1_500;
const jumpSeconds = 300;
const workers = ["worker-1", "worker-2"];

/** Whose clock is off, and by how much, one after the other. */
const jumps = [
  ["redis", jumpSeconds],
  ["redis", 0],
  ["redis", -jumpSeconds],
  ["redis", 0],
  ["worker-1", jumpSeconds],
  ["worker-1", -jumpSeconds],
  ["router", jumpSeconds],
  ["router", -jumpSeconds],
] as const;

export const wrongClocks: Scenario = {
  name: "wrong-clocks",
  code: "F17",
  about: `${events.toLocaleString("en")} events while the clocks of Redis, a worker and the router jump ${jumpSeconds / 60} minutes ahead and back`,
  long: true,
  stage: { fleet: "powered", answerDelay: 20 },
  async run(stage) {
    const { powered } = stage.fleet;
    const subscribers = ["mailer"];
    const clocks = { redis: powered.clock, "worker-1": powered.shim.clock("worker-1"), router: powered.shim.clock("router") };
    await stage.run("router", { name: "router", subscribers, env: powered.shim.env({ clock: clocks.router }) });
    await stage.run("workers", { name: workers[0]!, subscribers, env: powered.shim.env({ clock: clocks["worker-1"] }) });
    await stage.run("workers", { name: workers[1]!, subscribers });
    const load = stage.load({ count: events, perSecond: 30 });
    const moments = spread(stage.random, { count: jumps.length, from: 100, to: events * 0.9 });
    for (const [index, [who, seconds]] of jumps.entries()) {
      await load.reached(moments[index]!);
      stage.fault(`the clock of ${who} is ${seconds} s off`);
      clocks[who].set(seconds);
    }
    await load.done;
    for (const clock of Object.values(clocks)) clock.set(0);
    return conclude(stage, {
      // What Redis was to forget after seconds stays for as long as its clock went back; looks for lost jobs wait for that too.
      patience: (jumpSeconds + 120) * 1_000,
      // Locks and claims end with a jump of Redis' clock.
      bound: jumps.length * concurrency * workers.length,
      broken: () => stage.ends().map((end) => `ended by itself: ${end}`),
    });
  },
};
