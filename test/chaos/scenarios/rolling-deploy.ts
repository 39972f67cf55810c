import { setTimeout as pause } from "node:timers/promises";
import { logKeys } from "../../../src/log/redis-log-keys.ts";
import { calm } from "../calm.ts";
import { conclude } from "../conclude.ts";
import { orderPlaced, prefix } from "../domain.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import type { Supervised } from "../supervised.ts";

const deploys = 12;
const perSecond = 30;
const eventsBetween = 100;

const old = ["mailer"];
const next = ["mailer", "newcomer"];

/** router.md, rule 1. */
export const rollingDeploy: Scenario = {
  name: "rolling-deploy",
  code: "F19",
  about: "versions without and with a new subscriber take turns twelve times under load: it gets exactly what came since its registration",
  async run(stage) {
    const start = (name: string, subscribers: readonly string[]): Promise<Supervised[]> =>
      Promise.all([
        stage.run("router", { name: `router-${name}`, subscribers }),
        stage.run("workers", { name: `worker-${name}`, subscribers }),
      ]);
    let running = await start("0", old);
    const load = stage.load({ count: (deploys + 1) * eventsBetween, perSecond });

    const registration = registrationOf("chaos.newcomer", stage);
    for (let deploy = 1; deploy <= deploys; deploy++) {
      await load.reached(deploy * eventsBetween);
      const started = await start(String(deploy), deploy % 2 === 1 ? next : old);
      stage.fault(`deploy ${deploy}`);
      await Promise.all(running.map((each) => each.stop()));
      running = started;
    }
    await load.done;
    // Twelve turns end with the old version; the new one comes back to finish what is its own.
    await Promise.all(running.map((each) => each.stop()));
    await start("last", next);
    await calm(stage, { arrived: () => true });

    // From the newcomer's first event on, in the order of the log, everything is expected of it.
    const { notBefore, notAfter } = await registration;
    const place = new Map((await loggedNumbers(stage)).map((number, index) => [number, index]));
    const places = stage.sends().flatMap(({ key }) => (key.includes(" newcomer ") ? [place.get(Number(key.split(" ").at(-1)))!] : []));
    const first = Math.min(...places);
    const sentence = `its first event is number ${first + 1} of the log; it registered behind number ${notBefore}, at most ${notAfter}`;
    return conclude(stage, {
      bound: 0,
      subscribersOf: ({ number }) => (place.get(number)! >= first ? next : old),
      broken: () => (first >= notBefore && first <= notAfter ? [] : [`the newcomer: ${sentence}`]),
      figures: { "the newcomer": sentence },
    });
  },
};

/** How long the log was when the group appeared: it did not exist yet at `notBefore` entries, and did at `notAfter`. */
async function registrationOf(group: string, { redis }: Stage): Promise<{ notBefore: number; notAfter: number }> {
  const log = logKeys(prefix).log(orderPlaced.name, 0);
  for (let notBefore = 0; ;) {
    const replies = await redis.multi().xlen(log).xinfo("GROUPS", log).exec();
    const length = Number(replies?.[0]?.[1] ?? 0);
    if (JSON.stringify(replies?.[1]?.[1] ?? []).includes(`"${group}"`)) return { notBefore, notAfter: length };
    notBefore = length;
    await pause(5);
  }
}

/** The numbers of all events, in the order of the log. */
async function loggedNumbers(stage: Stage): Promise<number[]> {
  const entries = await stage.redis.xrange(logKeys(prefix).log(orderPlaced.name, 0), "-", "+");
  return entries.map(([, fields]) => (JSON.parse(fields[3]!) as { data: { number: number } }).data.number);
}
