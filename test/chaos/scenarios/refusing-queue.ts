import { setTimeout as pause } from "node:timers/promises";
import { conclude } from "../conclude.ts";
import { prefix, type Trap } from "../domain.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

const events = 1_200;
const breakAt = 200;
const repairAt = 800;
/**
 * One event in so many cannot be planned while the queues are broken, and needs the queue `routing`. None before that: a job
 * that waits for its retry while its queue's keys are broken is dropped by BullMQ's own script, which fails midway.
 */
const trapEvery = 50;
const trapMs = 25_000;

/** router.md, rule 5. */
export const refusingQueue: Scenario = {
  name: "refusing-queue",
  code: "R5",
  about: "the keys of an application's queues are broken under load: what does not need them goes on, and after the repair all completes",
  async run(stage) {
    const first = ["trapped"];
    const other = ["mailer"];
    await Promise.all([
      stage.run("router", { name: "router", subscribers: first }),
      stage.run("workers", { name: "worker", subscribers: first }),
      stage.run("router", { name: "other-router", subscribers: other, application: "other" }),
      stage.run("workers", { name: "other-worker", subscribers: other, application: "other" }),
    ]);
    const until = Date.now() + trapMs;
    const load = stage.load({
      count: events,
      perSecond: 40,
      trapOf: (number): Trap | undefined =>
        number > breakAt + trapEvery / 2 && number % trapEvery === 0 ? { kind: "throw", until } : undefined,
    });

    await load.reached(breakAt);
    stage.fault("the queues email and routing are broken");
    const repairs = await Promise.all(["email", "routing"].map((queue) => breakQueue(stage, queue)));
    await load.reached(repairAt);
    const othersArrived = await arrivalsOf(stage, "mailer", repairAt);
    const held = arrivals(stage, "trapped");
    await Promise.all(repairs.map((repair) => repair()));
    stage.fault("repaired");

    return conclude(stage, {
      bound: 0,
      applications: ["chaos", "other"],
      subscribersOf: () => ["trapped", "mailer"],
      broken: () => [
        ...(othersArrived ? [] : ["the other application waited for the broken queue"]),
        ...(held < repairAt - trapEvery ? [] : ["the queue was not broken: everything had arrived before the repair"]),
        ...stage.ends().map((end) => `ended by itself: ${end}`),
      ],
      figures: { "arrived before the repair": `${held} of the ${repairAt} events through the broken queue` },
    });
  },
};

/** Puts a string where BullMQ keeps its waiting jobs; the returned function puts everything back. */
async function breakQueue({ redis }: Stage, queue: string): Promise<() => Promise<void>> {
  const key = `${prefix}:{chaos.${queue}}:prioritized`;
  const aside = `${key}-aside`;
  // An empty list has no key: then there is nothing to put aside.
  const script = `if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end redis.call('SET', KEYS[1], 'broken')`;
  await redis.eval(script, 2, key, aside);
  return async () => {
    await redis.eval(
      `redis.call('DEL', KEYS[1]) if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('RENAME', KEYS[2], KEYS[1]) end`,
      2,
      key,
      aside,
    );
  };
}

function arrivals(stage: Stage, subscriber: string): number {
  return stage.sends().filter(({ key }) => key.includes(` ${subscriber} `)).length;
}

/** False when fewer have arrived after a minute. */
async function arrivalsOf(stage: Stage, subscriber: string, count: number): Promise<boolean> {
  for (const giveUpAt = performance.now() + 60_000; arrivals(stage, subscriber) < count; await pause(50)) {
    if (performance.now() > giveUpAt) return false;
  }
  return true;
}
