import { chaosBus, type Trap } from "../domain.ts";
import { conclude } from "../conclude.ts";
import type { Scenario } from "../scenario.ts";

const events = 600;
const killAt = 150;
const spinAt = 300;

/** router.md, rule 7. */
export const poison: Scenario = {
  name: "poison",
  code: "F16",
  about: "one event's plan kills its router, another's blocks it for 20 s: one dead letter each, everything else arrives",
  async run(stage) {
    const subscribers = ["trapped", "mailer"];
    await Promise.all([
      stage.run("router", { name: "router-1", subscribers }),
      stage.run("router", { name: "router-2", subscribers }),
      stage.run("workers", { name: "worker", subscribers }),
    ]);
    const traps = new Map<number, Trap>([
      [killAt, { kind: "kill" }],
      [spinAt, { kind: "spin", milliseconds: 20_000 }],
    ]);
    stage.load({ count: events, perSecond: 10, trapOf: (number) => traps.get(number) });
    const bus = chaosBus({ redis: stage.redisUrl, application: "chaos", subscribers: [] });
    try {
      return await conclude(stage, {
        bound: 0,
        subscribersOf: ({ number }) => (traps.has(number) ? ["mailer"] : subscribers),
        broken: async () => {
          const { routing, email } = await bus.inspect.queues();
          return [
            ...(routing?.dead === traps.size ? [] : [`${routing?.dead} dead letters of routing, not ${traps.size}`]),
            ...(email?.dead === 0 ? [] : [`${email?.dead} dead letters of email`]),
          ];
        },
      });
    } finally {
      await bus.stop();
    }
  },
};
