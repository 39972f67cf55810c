import { BusbarError } from "../../../src/index.ts";
import { chaosBus } from "../domain.ts";
import type { Scenario } from "../scenario.ts";

const policies = ["allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"];

export const wrongSettings: Scenario = {
  name: "wrong-settings",
  code: "F12",
  about: "a Redis that deletes queued work when its memory is full: nobody starts on it, publishes to it or routes from it",
  async run(stage) {
    const broken: string[] = [];
    for (const policy of policies) {
      await stage.redis.config("SET", "maxmemory-policy", policy);
      const bus = chaosBus({ redis: stage.redisUrl, application: "chaos", subscribers: ["mailer"] });
      const refusals = [await codeOf(bus.start()), await codeOf(bus.publishEvent.orderPlaced({ number: 1 }))];
      await bus.stop();
      if (refusals.some((code) => code !== "REDIS_UNSUITABLE")) broken.push(`${policy}: ${refusals.join(", ")}`);
    }
    if ((await stage.redis.keys("chaos*:log:*")).length > 0) broken.push("an event is in a log of an unsuitable Redis");
    const nothing = { acknowledged: 0, expected: 0, sent: 0, lost: [], duplicates: 0, strange: [], recoveries: [], delays: [] };
    return { judgement: nothing, bound: 0, broken, figures: { "policies refused": policies.length } };
  },
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "accepted",
    (error: unknown) => (error instanceof BusbarError ? error.code : String(error)),
  );
}
