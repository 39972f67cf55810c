import { milliseconds } from "../base/duration.ts";
import type { ChannelOptions } from "../define/channel-options.ts";
import { unknownOptions } from "../define/names.ts";
import { durationProblems } from "../define/policy.ts";
import { type CircuitRules, defaultCircuitRules } from "../providers/index.ts";

/** What is wrong with a channel's `circuit`, one sentence each. */
export function circuitProblems(options: ChannelOptions["circuit"], place: string): string[] {
  if (options === undefined || options === false) return [];
  if (typeof options !== "object" || options === null) return [`${place}: must be false, or { failures, probeEvery }`];
  const { failures = defaultCircuitRules.failures, probeEvery } = options;
  return [
    ...unknownOptions(options, ["failures", "probeEvery"]).map((problem) => `${place}: ${problem}`),
    ...(failures >= 1 ? [] : [`${place}.failures: must be a number from 1, not ${failures}`]),
    ...durationProblems(`${place}.probeEvery`, probeEvery),
  ];
}

/** With nothing left open. */
export function parseCircuit(options: ChannelOptions["circuit"]): CircuitRules | false {
  if (options === false) return false;
  const { failures, probeEvery } = { ...defaultCircuitRules, ...options };
  return { failures, probeEvery: milliseconds(probeEvery) };
}
