import type { Judgement } from "./judge.ts";
import type { Stage, StageOptions } from "./stage.ts";

/** One way to attack the system, and what must hold then. */
export interface Scenario {
  readonly name: string;
  /** Its number in the list of attacks of docs/guarantees.md, such as `F4`. */
  readonly code: string;
  /** One sentence for people. */
  readonly about: string;
  readonly stage?: Pick<
    StageOptions,
    "appendfsync" | "provider" | "answerDelay" | "spooling" | "proxied" | "diskMegabytes" | "fleet" | "durability"
  >;
  /** Takes so long that it runs only where it is named. */
  readonly long?: true;
  /** Attacks, waits until all is calm, and judges. */
  run(stage: Stage): Promise<Verdict>;
}

export interface Verdict {
  readonly judgement: Judgement;
  /** Duplicates may be as many as this. */
  readonly bound: number;
  /** Broken invariants, one sentence each. */
  readonly broken: readonly string[];
  /** Figures of this scenario alone. */
  readonly figures?: Readonly<Record<string, string | number>>;
}

/** What each process works on at once, by default. */
export const concurrency = 5;

/** The invariants of every scenario, and those that the scenario found broken itself. */
export function verdict(
  judgement: Judgement,
  own: { bound: number; calm: boolean; broken?: readonly string[]; figures?: Verdict["figures"] },
): Verdict {
  const { lost, duplicates, strange } = judgement;
  const broken = [...(own.broken ?? [])];
  if (lost.length > 0) broken.push(`${lost.length} acknowledged deliveries were lost, such as "${lost[0]}"`);
  if (duplicates > own.bound) broken.push(`${duplicates} duplicates, at most ${own.bound} were in flight at the faults`);
  if (strange.length > 0) broken.push(`${strange.length} messages that nobody intended, such as "${strange[0]}"`);
  if (!own.calm) broken.push("it did not come to rest");
  return { judgement, bound: own.bound, broken, ...(own.figures === undefined ? {} : { figures: own.figures }) };
}
