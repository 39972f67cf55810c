import { conclude } from "../conclude.ts";
import { shuffled, spread } from "../random.ts";
import { concurrency, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

interface Attack {
  readonly name: string;
  readonly code: string;
  readonly events: number;
  readonly perSecond: number;
  /** How often each is done. */
  readonly faults: { readonly worker: number; readonly router: number; readonly redis: number; readonly cut: number };
  readonly stage?: Scenario["stage"];
  readonly long?: true;
}

type Kind = keyof Attack["faults"];

const names = ["worker-1", "worker-2"];
/** The last fault comes after so much of the load, so that the end is not one long wait. */
const lastFault = 0.6;

/** All kinds of faults in one run, in an order that the seed gives. */
function attack({ name, code, events, perSecond, faults, stage: needs, ...more }: Attack): Scenario {
  return {
    name,
    code,
    about: `${events.toLocaleString("en")} events while ${saidOf(faults)}`,
    stage: { proxied: true, answerDelay: 20, ...needs },
    ...more,
    async run(stage) {
      const subscribers = ["mailer"];
      const [router, ...workers] = await Promise.all([
        stage.run("router", { name: "router", subscribers }),
        ...names.map((worker) => stage.run("workers", { name: worker, subscribers })),
      ]);
      const load = stage.load({ count: events, perSecond });
      const kinds = shuffled(
        stage.random,
        (Object.keys(faults) as Kind[]).flatMap((kind) => Array<Kind>(faults[kind]).fill(kind)),
      );
      const moments = spread(stage.random, { count: kinds.length, from: events * 0.05, to: events * lastFault });
      for (const [index, kind] of kinds.entries()) {
        await load.reached(moments[index]!);
        // Nobody can start without Redis: a process that ends by itself then would count as broken.
        if (kind === "redis" || kind === "cut") await Promise.all([router!, ...workers].map((role) => role.started()));
        if (kind === "redis" || kind === "cut") await strike(stage, kind);
        else {
          const victim = kind === "router" ? router! : workers[index % workers.length]!;
          await victim.started();
          stage.fault(`kill -9 ${victim.name}`);
          await victim.signal("SIGKILL");
        }
      }
      const figures: Record<string, string | number> = {};
      return conclude(stage, {
        // A killed worker has so much in flight; a killed Redis that of all workers; a reply cut off that of its connection.
        bound: () => concurrency * (faults.worker + names.length * faults.redis + stage.cuts()),
        figures,
        broken: () => {
          figures["replies cut off"] = stage.cuts();
          return stage.ends().map((end) => `ended by itself: ${end}`);
        },
      });
    },
  };
}

async function strike(stage: Stage, kind: "redis" | "cut"): Promise<void> {
  stage.fault(kind === "redis" ? "kill -9 redis" : "replies cut off");
  await (kind === "redis" ? stage.killRedis() : stage.cutOnce());
}

function saidOf({ worker, router, redis, cut }: Attack["faults"]): string {
  const kills = [`worker processes are killed (-9) ${worker} times`, `the router ${router} times`];
  if (redis > 0) kills.push(`Redis ${redis} times`);
  if (cut > 0) kills.push(`replies of Redis are cut off ${cut} times`);
  return `${kills.slice(0, -1).join(", ")} and ${kills.at(-1)}`;
}

/** With the crash points, what `--quick` does. */
export const killAll = attack({
  name: "kill-all",
  code: "QK",
  events: 5_000,
  perSecond: 80,
  faults: { worker: 10, router: 5, redis: 3, cut: 5 },
  stage: { appendfsync: "always" },
});

/** In `npm test`: test/e2e/chaos-smoke.test.ts. */
export const smoke = attack({
  name: "smoke",
  code: "SM",
  events: 2_000,
  perSecond: 100,
  faults: { worker: 4, router: 2, redis: 0, cut: 4 },
  long: true,
});
