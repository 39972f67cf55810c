import { setTimeout as pause } from "node:timers/promises";
import { conclude } from "../conclude.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const workers = ["worker-1", "worker-2"];
const ballastMegabytes = 64;
const fullMs = 8_000;

export const memoryFull: Scenario = {
  name: "memory-full",
  code: "F11",
  about:
    "Redis' memory passes the high-water mark under load: publishers are refused, workers go on, and everything arrives when there is room again",
  // Slower than what comes: there is a backlog to work off.
  stage: { answerDelay: 250 },
  async run(stage) {
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    const workersRun = await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: 2_000, perSecond: 60 });
    await load.reached(300);
    await stage.redis.setrange("ballast", ballastMegabytes * 1_048_576, "x");
    const used = Number(/^used_memory:(\d+)/m.exec(await stage.redis.info("memory"))![1]);
    await stage.redis.config("SET", "maxmemory", Math.round(used / 0.93));
    stage.fault("93 % of the memory are used");
    await pause(fullMs / 2);
    const [acknowledged, sent] = [counted(load.intents), stage.sends().length];
    await pause(fullMs / 2);
    const [published, worked] = [counted(load.intents) - acknowledged, stage.sends().length - sent];
    await stage.redis.config("SET", "maxmemory", 0);
    stage.fault("there is room again");
    return conclude(stage, {
      bound: concurrency * workersRun.length,
      figures: { "published and sent while it was full": `${published}, ${worked}` },
      broken: () => [
        ...(published === 0 ? [] : [`${published} events were published above the mark`]),
        ...(worked > 0 ? [] : ["workers sent nothing while it was full"]),
        ...stage.ends().map((end) => `ended by itself: ${end}`),
      ],
    });
  },
};

function counted(intents: readonly { readonly acknowledgedAt?: number }[]): number {
  return intents.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).length;
}
