import { setTimeout as pause } from "node:timers/promises";
import { conclude } from "../conclude.ts";
import { concurrency, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

const perSecond = 60;
const workers = ["worker-1", "worker-2"];
const fullMs = 8_000;
const patienceMs = 60_000;

/** Something else fills the same disk. Returns what Redis said when there was no room left. */
async function fillUp({ redis }: Stage): Promise<string> {
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    const said = await redis.set("ballast", "x".repeat(500_000)).catch((error: Error) => error.message);
    if (said !== "OK") return String(said);
    await pause(20);
  }
  return "";
}

export const diskFull: Scenario = {
  name: "disk-full",
  code: "F10",
  about:
    "the disk of Redis' append-only file fills up under load and is given room again: what was acknowledged arrives, publishers are refused meanwhile",
  stage: { diskMegabytes: 6 },
  async run(stage) {
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    const load = stage.load({ count: 2_500, perSecond });
    await load.reached(300);
    const refused = await fillUp(stage);
    stage.fault("the disk is full");
    await pause(fullMs);
    await stage.resizeDisk(200);
    stage.fault("the disk has room again");
    return conclude(stage, {
      bound: concurrency * workers.length * 2,
      figures: { "what Redis said": refused },
      broken: () => (refused.includes("MISCONF") ? [] : ["Redis never refused a write: nothing was tried"]),
    });
  },
};
