import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isRefused, refuse } from "../appending-provider.ts";
import { conclude } from "../conclude.ts";
import { concurrency, type Scenario } from "../scenario.ts";
import { sendKey } from "../sends.ts";
import type { Stage } from "../stage.ts";
import { kill } from "../strikes.ts";

const subscribers = ["mailer"];
/** After the redrive, one message of so many is refused again. */
const stillRefused = 50;
const keyOf = (number: number): string => sendKey("mailer", number);

function redriveOf(name: string, count: number, more: Pick<Scenario, "long"> = {}): Scenario {
  return {
    name,
    code: "F21",
    about: `a redrive of ${count.toLocaleString("en")} dead letters while the process that works on it, and a worker, are killed (-9): each is sent or a dead letter again, none is lost`,
    stage: { provider: "file", answerDelay: 2 },
    ...more,
    async run(stage) {
      const file = join(stage.folder, "sends.ndjson");
      refuse(file, 1);
      const [, worker, replayer] = await Promise.all([
        stage.run("router", { name: "router", subscribers }),
        stage.run("workers", { name: "worker", subscribers }),
        stage.run("replayer", { name: "replayer", subscribers }),
      ]);
      await stage.load({ count, perSecond: 500 }).done;
      const dead = async (): Promise<number> => (await stage.publisher.deadLetters.counts())["email"] ?? 0;
      while ((await dead()) < count) await pause(250);

      refuse(file, stillRefused);
      const begun = performance.now();
      const { bulk } = stage.publisher.deadLetters;
      const { id, total } = await bulk.start({ verb: "redrive", filter: { queue: "email" }, reason: "the mailboxes are there" });
      for (const [share, victim] of [[1 / 3, replayer] as const, [2 / 3, worker] as const]) {
        while ((await bulk.show(id))!.done < count * share && (await bulk.show(id))!.state === "running") await pause(20);
        await kill(stage, victim);
      }
      while ((await bulk.show(id))!.state === "running") await pause(100);
      const seconds = (performance.now() - begun) / 1_000;
      return conclude(stage, {
        // What the worker was sending when it was killed.
        bound: concurrency,
        subscribersOf: ({ number }) => (isRefused(number, stillRefused) ? [] : subscribers),
        figures: { redrive: `${total} dead letters in ${seconds.toFixed(0)} s, of them ${Math.floor(count / stillRefused)} refused again` },
        broken: () => refusedAgain(stage, { file, count }),
      });
    },
  };
}

/** By the provider's own log, each refused one was tried again, and once; by Redis, each is a dead letter again, and nothing else is. */
async function refusedAgain(stage: Stage, { file, count }: { readonly file: string; readonly count: number }): Promise<string[]> {
  const tries = new Map<string, number>();
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const { to, subject, verdict } = JSON.parse(line) as { to: readonly string[]; subject: string; verdict: string };
    if (verdict === "refused") tries.set(`${to.join()} ${subject}`, (tries.get(`${to.join()} ${subject}`) ?? 0) + 1);
  }
  const still = Array.from({ length: count }, (_, index) => index + 1).filter((number) => isRefused(number, stillRefused));
  const untried = still.filter((number) => (tries.get(keyOf(number)) ?? 0) < 2);
  const tooOften = [...tries.values()].reduce((sum, times) => sum + times, 0) - count - still.length;
  const dead: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await stage.publisher.deadLetters.list({ count: 500, cursor });
    dead.push(...page.deadLetters.map(({ to }) => to!));
    if ((cursor = page.next) === undefined) break;
  }
  const addresses = new Set(still.map((number) => `order-${number}@example.com`));
  const wrong = dead.filter((to) => !addresses.has(to)).length;
  const gone = addresses.size - new Set(dead.filter((to) => addresses.has(to))).size;
  const groups = await stage.publisher.deadLetters.groups();
  return [
    ...(untried.length === 0 ? [] : [`${untried.length} were not tried again, such as order ${untried[0]}`]),
    ...(tooOften <= concurrency ? [] : [`${tooOften} were refused once more than they were redriven`]),
    ...(gone === 0 ? [] : [`${gone} that were refused again are no dead letters`]),
    ...(wrong === 0 ? [] : [`${wrong} dead letters were sent, or are of nothing that was refused`]),
    ...(groups.total === dead.length ? [] : [`the index knows ${groups.total} of ${dead.length} dead letters`]),
  ];
}

export const redriveFew = redriveOf("redrive-few", 1_000);
export const redrive = redriveOf("redrive", 10_000);
