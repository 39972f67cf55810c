import { chaosBus, type Trap } from "../domain.ts";
import { conclude } from "../conclude.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const events = 400;
const culprits = [100, 102, 200];
/** Deaths while sending that make a delivery poison. */
const deaths = 5;

/** reliability.md: a poison delivery is contained by its starts. */
export const poisonHandler: Scenario = {
  name: "poison-handler",
  code: "F16H",
  about: "three events' handlers kill their worker, beside others that take their time: one dead letter each, everything else arrives",
  stage: { provider: "file" },
  async run(stage) {
    const subscribers = ["handled", "mailer"];
    await Promise.all([
      stage.run("router", { name: "router", subscribers }),
      ...["worker-1", "worker-2"].map((name) => stage.run("workers", { name, subscribers })),
    ]);
    const traps = new Map<number, Trap>(culprits.map((number) => [number, { kind: "kill" }]));
    stage.load({ count: events, perSecond: 20, trapOf: (number) => traps.get(number) });
    const bus = chaosBus({ redis: stage.redisUrl, application: "chaos", subscribers: [] });
    const figures: Record<string, number> = {};
    try {
      return await conclude(stage, {
        // What is under way in a process when it dies may have been done: own code and messages.
        bound: culprits.length * deaths * concurrency * 2,
        subscribersOf: ({ number }) => (traps.has(number) ? ["mailer"] : subscribers),
        figures,
        broken: async () => {
          const { handler, email } = await bus.inspect.queues();
          figures["workers killed by a handler"] = stage.ends().length;
          return [
            ...(handler?.dead === traps.size ? [] : [`${handler?.dead} dead letters of handler, not ${traps.size}`]),
            ...(email?.dead === 0 ? [] : [`${email?.dead} dead letters of email`]),
          ];
        },
      });
    } finally {
      await bus.stop();
    }
  },
};
