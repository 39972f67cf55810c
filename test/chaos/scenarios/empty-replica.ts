import { setTimeout as pause } from "node:timers/promises";
import { conclude } from "../conclude.ts";
import { concurrency, type Scenario } from "../scenario.ts";

const calmEvents = 300;
const lateEvents = 100;
const workers = ["worker-1", "worker-2"];
const held = 6_000;

/**
 * The only replica that is left has never finished its first sync, and becomes the master: it is empty. What it had not confirmed was not
 * acknowledged to anybody, so its publishers publish it again.
 */
export const emptyReplica: Scenario = {
  name: "empty-replica",
  code: "F8",
  about: `${calmEvents + lateEvents} events; the one replica that is left never finishes its first sync, the master is killed (-9), and the replica is promoted by hand`,
  stage: { fleet: "sentinels", durability: "replicated", answerDelay: 20 },
  async run(stage) {
    const { sentinels, proxyOf } = stage.fleet;
    const subscribers = ["mailer"];
    await stage.run("router", { name: "router", subscribers });
    await Promise.all(workers.map((name) => stage.run("workers", { name, subscribers })));
    await stage.load({ count: calmEvents, perSecond: 50 }).done;
    await stage.arrived(calmEvents);

    const master = await sentinels.master();
    const [lost, fresh] = sentinels.servers.filter((server) => server !== master);
    stage.fault("a replica is gone, and a new one never gets the master's data");
    await lost!.kill();
    await fresh!.kill();
    await fresh!.empty();
    // What is sent to a replica from now on is a minute away: it never arrives.
    proxyOf(master).lag(60_000);
    await fresh!.start();
    const late = stage.load({ count: lateEvents, perSecond: 25, firstNumber: calmEvents + 1 });
    await pause(held);
    const acknowledgedMeanwhile = late.intents.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).length;

    stage.fault("kill -9 the master; its empty replica is promoted");
    await master.kill();
    await sentinels.promote(fresh!);
    await lost!.start();
    await lost!.ask("REPLICAOF", "127.0.0.1", proxyOf(fresh!).port);
    await late.done;
    return conclude(stage, {
      // The new ledger is empty: what was on the way, and what was sent before anybody had confirmed it, goes again.
      bound: concurrency * workers.length + lateEvents,
      figures: { "acknowledged while no replica had the data": acknowledgedMeanwhile },
      broken: () => [
        ...(acknowledgedMeanwhile === 0 ? [] : [`${acknowledgedMeanwhile} events were acknowledged that no replica had`]),
        ...stage.ends().map((end) => `ended by itself: ${end}`),
      ],
    });
  },
};
