import { percentile } from "../../bench/percentile.ts";
import type { Scenario, Verdict } from "./scenario.ts";
import { bullmqVersion } from "./versions.ts";

export interface Circumstances {
  readonly seed: number;
  readonly seconds: number;
  readonly redisVersion: string;
}

/** The lines that a scenario prints at its end. Pure. */
export function reportLines(
  { name }: Scenario,
  { judgement, bound, broken, figures = {} }: Verdict,
  circumstances: Circumstances,
): string[] {
  const { acknowledged, expected, sent, lost, duplicates, recoveries, delays } = judgement;
  const { seed, redisVersion } = circumstances;
  return [
    `${name}: ${broken.length === 0 ? "holds" : "BROKEN"} (${circumstances.seconds.toFixed(0)} s, seed ${seed}, node ${process.versions.node}, redis ${redisVersion}, bullmq ${bullmqVersion()})`,
    `  acknowledged ${acknowledged} events = ${expected} deliveries · sent ${sent} · lost ${lost.length} · duplicates ${duplicates} (bound ${bound})`,
    `  acknowledged → arrived: ${shares(delays)}`,
    ...(recoveries.length === 0 ? [] : [`  ${recoveries.length} faults; all from before each had arrived after: ${shares(recoveries)}`]),
    ...Object.entries(figures).map(([figure, value]) => `  ${figure}: ${value}`),
    ...broken.map((sentence) => `  BROKEN: ${sentence}`),
  ];
}

function shares(values: readonly number[]): string {
  const seconds = (share: number): string => (percentile(values, share) / 1_000).toFixed(2);
  return `p50 ${seconds(0.5)} s, p99 ${seconds(0.99)} s, max ${seconds(1)} s`;
}
