import { percentile } from "../../../bench/percentile.ts";
import { conclude } from "../conclude.ts";
import { arrivedAfter, type Held, heldByWorkers, timesLine } from "../held.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const rounds = 12;
const perSecond = 20;
/** A round may take so long: a process's start, and the take-over. */
const eventsARound = 400;
/** So many messages have left since the victims are back: they have their hands full again. */
const sendsBetween = 40;
/** reliability.md: a crashed worker's delivery is taken over, p99. */
const goalMs = 12_000;

/** How long a delivery waits whose worker dies, while another one lives. */
export const deadWorker: Scenario = {
  name: "dead-worker",
  code: "F1T",
  about: "two of three workers are killed (-9) in the middle of sends, twelve times: what they held is taken over within 12 s",
  stage: { answerDelay: 500 },
  async run(stage) {
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    const [, ...victims] = await Promise.all(
      ["worker-1", "worker-2", "worker-3"].map((name) => stage.run("workers", { name, subscribers })),
    );

    const kills: Held[] = [];
    for (let round = 0; round < rounds; round++) {
      const load = stage.load({ count: eventsARound, perSecond, firstNumber: round * eventsARound + 1 });
      await stage.moreSends(sendsBetween);
      stage.fault("kill -9 of two workers");
      await Promise.all(victims.map((victim) => victim.signal("SIGKILL")));
      kills.push(await heldByWorkers(stage, Date.now()));
      await load.done;
      await stage.arrived((round + 1) * eventsARound);
      await Promise.all(victims.map((victim) => victim.started()));
    }
    const times = arrivedAfter(kills, stage);
    const line = timesLine(times);
    return conclude(stage, {
      bound: concurrency * victims.length * rounds,
      broken: () => [
        ...(percentile(times, 0.99) > goalMs ? [`what a killed worker held is taken over too late: ${line}`] : []),
        ...stage.ends().map((end) => `ended by itself: ${end}`),
      ],
      figures: { "what a killed worker held arrived after": line },
    });
  },
};
