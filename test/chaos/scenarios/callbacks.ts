import { percentile } from "../../../bench/percentile.ts";
import { judgeCallbacks } from "../callback-judge.ts";
import { startCallbackLoad } from "../callback-load.ts";
import { conclude } from "../conclude.ts";
import { shuffled, spread } from "../random.ts";
import type { Scenario } from "../scenario.ts";

/** So much longer than the run that nothing which is held gives up meanwhile. */
const holdMs = 3_600_000;
const lostShare = 0.02;
const kills = 6;
/** A message has so many callbacks, on average, without doubles. */
const perMessage = 3.4;

function callbacksOf(name: string, count: number, more: Pick<Scenario, "long"> = {}): Scenario {
  const events = Math.ceil(count / perMessage);
  return {
    name,
    code: "CB",
    about: `${count.toLocaleString("en")} callbacks, one in ten doubled, one message in ten out of order, some forged; 2 % of the replies to sends are lost and held, and worker processes are killed (-9) six times: final statuses are exact, and all that is held is resolved`,
    stage: { answerDelay: 0 },
    ...more,
    async run(stage) {
      const subscribers = ["mailer"];
      await stage.script([{ provider: "sendgrid", fault: { resetAfterAccept: true, share: lostShare } }]);
      await stage.run("router", { name: "router", subscribers, onUnknown: { hold: holdMs } });
      const workers = await Promise.all(["worker-1", "worker-2"].map((worker) => stage.run("workers", { name: worker, subscribers })));
      const load = stage.load({ count: events, perSecond: 250 });
      const started = performance.now();
      const calls = startCallbackLoad({
        bus: stage.publisher,
        random: stage.random,
        stage,
        intents: () => load.intents,
        messages: events,
        perSecond: 500,
      });
      // What is being sent when its worker is killed may never have left, and would be held to the end: so the sends come first.
      await load.done;
      await stage.arrived(events);
      for (const moment of spread(stage.random, { count: kills, from: calls.taken(), to: count * 0.95 })) {
        await calls.reached(moment);
        const victim = shuffled(stage.random, workers)[0]!;
        await victim.started();
        stage.fault(`kill -9 ${victim.name}`);
        await victim.signal("SIGKILL");
      }
      await calls.done;
      const called = (performance.now() - started) / 1_000;
      const figures: Record<string, string | number> = {};
      const broken: string[] = [];
      const verdict = await conclude(stage, { bound: 0, figures, broken: () => stage.ends().map((end) => `ended by itself: ${end}`) });

      const { deliveries, wrong, events: told, misTold } = await judgeCallbacks(stage.redis, calls);
      const lost = stage.requests().filter(({ verdict: judged, answer }) => judged === "accepted" && answer === null).length;
      const dead = Object.values(await stage.publisher.deadLetters.counts()).reduce((sum, each) => sum + each, 0);
      figures["callbacks taken"] =
        `${calls.taken()} in ${called.toFixed(0)} s, of them ${calls.doubled()} doubled; messages out of order ${calls.disordered()}; forged ${calls.forged()}, refused ${calls.refused()}`;
      figures["receive, verified and kept"] =
        `p50 ${percentile(calls.delays, 0.5).toFixed(1)} ms, p99 ${percentile(calls.delays, 0.99).toFixed(1)} ms`;
      figures["final statuses"] =
        `${deliveries - wrong.length} of ${deliveries} exact; ${told} events of delivery.status_changed, of ${deliveries - misTold.length} deliveries each a rise, up to the end`;
      figures["replies lost, held and resolved"] = lost;
      if (wrong.length > 0) broken.push(`${wrong.length} final statuses are wrong, such as ${wrong[0]}`);
      if (misTold.length > 0) broken.push(`of ${misTold.length} deliveries the events are wrong, such as ${misTold[0]}`);
      if (calls.forged() !== calls.refused()) broken.push(`${calls.forged()} forged, ${calls.refused()} refused`);
      if (lost === 0) broken.push("no reply was lost: nothing was in doubt");
      figures["dead letters"] = dead;
      return { ...verdict, broken: [...verdict.broken, ...broken] };
    },
  };
}

export const callbacksFew = callbacksOf("callbacks-few", 5_000);
export const callbacks = callbacksOf("callbacks", 100_000, { long: true });
