import { setTimeout as pause } from "node:timers/promises";
import { logKeys } from "../../../src/log/redis-log-keys.ts";
import { calm } from "../calm.ts";
import { conclude } from "../conclude.ts";
import { orderPlaced, prefix } from "../domain.ts";
import type { Scenario } from "../scenario.ts";
import type { RunOptions, Stage } from "../stage.ts";
import type { Supervised } from "../supervised.ts";

const deploys = 20;
const perSecond = 20;
/** The load goes on in steps of so many events, until the last deploy is done. */
const step = 20;
/** So many messages have left between two deploys: the new processes are at work. */
const sendsBetween = 40;

/** A build: who is in it, and under which name. */
type Build = Pick<RunOptions, "subscribers" | "formerly">;
const old: Build = { subscribers: ["mailer", "leaver"] };
const next: Build = { subscribers: ["postman", "newcomer"], formerly: { postman: "mailer" } };
const all: Build = { ...next, subscribers: [...next.subscribers, "leaver"] };

/** router.md, rule 1. Each of the deploys adds a subscriber, removes one, and renames one. */
export const rollingDeploy: Scenario = {
  name: "rolling-deploy",
  code: "F19",
  about:
    "two versions take turns twenty times under load, of which the next has one subscriber more, one less, and one under a new name: exact",
  async run(stage) {
    const start = (name: string, build: Build): Promise<Supervised[]> =>
      Promise.all([stage.run("router", { name: `router-${name}`, ...build }), stage.run("workers", { name: `worker-${name}`, ...build })]);
    let running = await start("0", old);
    const over = new AbortController();
    const loading = (async () => {
      for (let firstNumber = 1; !over.signal.aborted; firstNumber += step) await stage.load({ count: step, perSecond, firstNumber }).done;
    })();
    // Whoever waits for it hears of it.
    loading.catch(() => undefined);

    const registration = registrationOf("chaos.newcomer", stage);
    for (let deploy = 1; deploy <= deploys; deploy++) {
      await stage.moreSends(sendsBetween);
      const started = await start(String(deploy), deploy % 2 === 1 ? next : old);
      stage.fault(`deploy ${deploy}`);
      await Promise.all(running.map((each) => each.stop()));
      running = started;
    }
    over.abort();
    await loading;
    // The turns end with the old version; a last one knows both that came and went, and finishes what is theirs.
    await Promise.all(running.map((each) => each.stop()));
    await start("last", all);
    await calm(stage, { arrived: () => true });

    // From the newcomer's first event on, in the order of the log, everything is expected of it.
    const { notBefore, notAfter } = await registration;
    const place = new Map((await loggedNumbers(stage)).map((number, index) => [number, index]));
    const places = stage.sends().flatMap(({ key }) => (key.includes(" newcomer ") ? [place.get(Number(key.split(" ").at(-1)))!] : []));
    const first = Math.min(...places);
    const sentence = `its first event is number ${first + 1} of the log; it registered behind number ${notBefore}, at most ${notAfter}`;
    const always = ["mailer", "leaver"];
    return conclude(stage, {
      bound: 0,
      subscribersOf: ({ number }) => (place.get(number)! >= first ? [...always, "newcomer"] : always),
      broken: () => [
        ...stage.ends().map((end) => `ended by itself: ${end}`),
        ...(first >= notBefore && first <= notAfter ? [] : [`the newcomer: ${sentence}`]),
      ],
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
