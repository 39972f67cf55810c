import { calm } from "./calm.ts";
import { judge } from "./judge.ts";
import { entriesTwice } from "./log-judge.ts";
import type { Intent } from "./load.ts";
import { verdict, type Verdict } from "./scenario.ts";
import { sendKey } from "./sends.ts";
import type { Stage } from "./stage.ts";

export interface ConcludeOptions {
  /** Who must have sent something for an event. Default: `mailer` alone. */
  readonly subscribersOf?: (intent: Intent) => readonly string[];
  /** Asked at the end where it is a function. */
  readonly bound: number | (() => number);
  readonly applications?: readonly string[];
  /** Milliseconds in which something must move before the run is called stuck. Default two minutes. */
  readonly patience?: number;
  readonly broken?: () => readonly string[] | Promise<readonly string[]>;
  readonly figures?: Verdict["figures"];
}

/** The end of a scenario: wait until the loads are published and all is calm, then judge. */
export async function conclude(stage: Stage, options: ConcludeOptions): Promise<Verdict> {
  const { subscribersOf = () => ["mailer"], bound, applications, broken, figures, patience } = options;
  await Promise.all(stage.loads.map((load) => load.done));
  const intents = stage.loads.flatMap((load) => load.intents);
  const expected = (intent: Intent): readonly string[] => subscribersOf(intent).map((name) => sendKey(name, intent.number));
  const all = intents.flatMap(expected);
  const arrived = (): boolean => {
    const keys = new Set(stage.sends().map(({ key }) => key));
    return all.every((key) => keys.has(key));
  };
  const isCalm = await calm(stage, {
    arrived,
    ...(applications === undefined ? {} : { applications }),
    ...(patience === undefined ? {} : { patience }),
  });
  const judgement = judge({ intents, expected, sends: stage.sends(), faults: stage.faults });
  const twice = await entriesTwice(stage.redis);
  return verdict(judgement, {
    bound: typeof bound === "number" ? bound : bound(),
    calm: isCalm,
    broken: [
      ...((await broken?.()) ?? []),
      ...(twice.length === 0 ? [] : [`${twice.length} events stand twice in the log, such as ${twice[0]}`]),
    ],
    figures,
  });
}
