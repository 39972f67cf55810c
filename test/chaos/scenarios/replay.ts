import { setTimeout as pause } from "node:timers/promises";
import { percentile } from "../../../bench/percentile.ts";
import { conclude } from "../conclude.ts";
import { orderPlaced } from "../domain.ts";
import type { Load } from "../load.ts";
import { judge } from "../judge.ts";
import type { Scenario } from "../scenario.ts";
import { sendKey } from "../sends.ts";
import type { Stage } from "../stage.ts";

const both = ["mailer", "newcomer"];
const stage: Scenario["stage"] = { provider: "file", answerDelay: 2 };
const perSecond = 25;
const liveEvents = 250;
const mostSlower = 2;

/** Past events that only the mailer has sent; then a subscriber that was added late. */
async function past(on: Stage, count: number) {
  const [router, worker] = await Promise.all([
    on.run("router", { name: "router-before", subscribers: ["mailer"] }),
    on.run("workers", { name: "worker-before", subscribers: ["mailer"] }),
  ]);
  await on.load({ count, perSecond: 300 }).done;
  await on.arrived(count);
  await Promise.all([router.stop(), worker.stop()]);
  return Promise.all([
    on.run("router", { name: "router", subscribers: both }),
    on.run("workers", { name: "worker", subscribers: both }),
    on.run("replayer", { name: "replayer", subscribers: both }),
  ]);
}

const begin = async (
  on: Stage,
): Promise<{ id: string; state(): Promise<string | undefined>; read(): Promise<number>; close(): Promise<void> }> => {
  const bus = on.bus(both);
  const { id } = await bus.replays.start({ topics: orderPlaced.name, subscribers: "newcomer" });
  return {
    id,
    state: async () => (await bus.replays.show(id))?.state,
    read: async () => (await bus.replays.show(id))?.events ?? 0,
    close: () => bus.stop(),
  };
};

/** F20 under kills: whoever works on a replay dies, be it a router or a process like the command line's. */
export const replayKilled: Scenario = {
  name: "replay-killed",
  code: "F20",
  about: "a replay of 2,000 past events while the processes that work on it, and the router, are killed (-9) four times: each sent once",
  stage,
  async run(on) {
    const count = 2_000;
    const [router, , replayer] = await past(on, count);
    const replay = await begin(on);
    const load = on.load({ count: 200, perSecond: 5, firstNumber: count + 1 });
    for (const [index, moment] of [200, 600, 1_000, 1_400].entries()) {
      while ((await replay.read()) < moment && (await replay.state()) === "running") await pause(50);
      on.fault(`kill -9 ${index % 2 === 0 ? "replayer" : "router"}`);
      await (index % 2 === 0 ? replayer : router).signal("SIGKILL");
      await (index % 2 === 0 ? replayer : router).started();
    }
    await load.done;
    while ((await replay.state()) === "running") await pause(250);
    const [state, read] = [await replay.state(), await replay.read()];
    await replay.close();
    return conclude(on, {
      // No worker is touched.
      bound: 0,
      subscribersOf: () => both,
      broken: () => (state === "finished" ? [] : [`the replay is ${state} after ${read} events`]),
    });
  },
};

const besideOf =
  (count: number): Scenario["run"] =>
  async (on) => {
    await past(on, count);
    const alone = on.load({ count: liveEvents, perSecond, firstNumber: count + 1 });
    await alone.done;
    await on.arrived(count + 2 * liveEvents);
    const replay = await begin(on);
    const beside: Load[] = [];
    for (let firstNumber = count + liveEvents + 1; (await replay.state()) === "running" || beside.length === 0; firstNumber += liveEvents) {
      const load = on.load({ count: liveEvents, perSecond, firstNumber });
      beside.push(load);
      await load.done;
    }
    const state = await replay.state();
    await replay.close();
    await on.arrived((count + liveEvents * (1 + beside.length)) * 2);
    const p99 = (loads: readonly Load[]): number => {
      const intents = loads.flatMap((load) => load.intents);
      const { delays } = judge({ intents, expected: ({ number }) => [sendKey("mailer", number)], sends: on.sends(), faults: [] });
      return percentile(delays, 0.99);
    };
    const [without, withIt] = [p99([alone]), p99(beside)];
    const line = `p99 of live e-mails ${without.toFixed(0)} ms alone, ${withIt.toFixed(0)} ms beside the replay`;
    return conclude(on, {
      bound: 0,
      subscribersOf: () => both,
      broken: () => [
        ...(state === "finished" ? [] : [`the replay is ${state}`]),
        ...(withIt > mostSlower * without ? [`live traffic is slowed down too much: ${line}`] : []),
      ],
      figures: { "live traffic": line },
    });
  };

export const replayBeside: Scenario = {
  name: "replay-beside",
  code: "F20",
  about: "a replay of 5,000 past events beside live traffic: its p99 is under twice what it is without, and each is sent once",
  stage,
  run: besideOf(5_000),
};

export const replayBesideLong: Scenario = {
  ...replayBeside,
  name: "replay-beside-long",
  about: "the same with 50,000",
  long: true,
  run: besideOf(50_000),
};
