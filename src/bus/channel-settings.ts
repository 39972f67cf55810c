import { milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { ChannelName } from "../define/channel-name.ts";
import { channelDefaults, type ChannelOptions } from "../define/channel-options.ts";
import { policyProblems } from "../define/policy.ts";
import { replayWordProblems } from "../define/replay-word.ts";
import type { CircuitRules } from "../providers/index.ts";
import type { Rate } from "../queues/queue-settings.ts";
import { limitProblems, rateOf } from "./channel-limits.ts";
import { circuitProblems, parseCircuit } from "./circuit-options.ts";

/** A channel's options with nothing left open; durations in milliseconds. */
export interface ChannelSettings {
  /** Why nothing is planned for the channel; undefined: it is on. */
  readonly off: string | undefined;
  /** The channel's own option words, the farthest level of a policy. */
  readonly words: ChannelOptions;
  readonly concurrency: number;
  readonly rateLimit: Rate | false;
  readonly keepCompleted: { readonly age: number; readonly count: number };
  readonly keepDeadLetters: number;
  /** Of dead letters; false: nobody is told of them. */
  readonly deadLetterThreshold: number | false;
  readonly timeout: number;
  readonly circuit: CircuitRules | false;
}

/** @throws BusbarError `INVALID_CONFIGURATION` with every problem found */
export function parseChannel(name: ChannelName, options: ChannelOptions | undefined): ChannelSettings {
  const { concurrency, rateLimit, keepCompleted, keepDeadLetters, deadLetterThreshold, timeout } = { ...channelDefaults[name], ...options };
  const place = `channels.${name}`;
  const problems = [...policyProblems(options ?? {}), ...replayWordProblems(options ?? {})].map((problem) => `${place}.${problem}`);
  problems.push(...limitProblems({ concurrency, rateLimit }).map((problem) => `${place}.${problem}`));
  if (deadLetterThreshold !== false && !(Number.isInteger(deadLetterThreshold) && deadLetterThreshold >= 1))
    problems.push(`${place}.deadLetterThreshold: must be a whole number from 1, or false, not ${JSON.stringify(deadLetterThreshold)}`);
  problems.push(...circuitProblems(options?.circuit, `${place}.circuit`));
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", `${place} cannot be used:`, { problems });
  return {
    off: reasonOff(name, options),
    words: options ?? {},
    concurrency,
    rateLimit: rateOf(rateLimit),
    keepCompleted: { age: milliseconds(keepCompleted.age, `${place}.keepCompleted.age`), count: keepCompleted.count },
    keepDeadLetters: milliseconds(keepDeadLetters, `${place}.keepDeadLetters`),
    deadLetterThreshold,
    timeout: milliseconds(timeout, `${place}.timeout`),
    circuit: parseCircuit(options?.circuit),
  };
}

function reasonOff(name: ChannelName, options: ChannelOptions | undefined): string | undefined {
  if (options?.enabled === false) return `the channel ${name} is switched off`;
  return name === "email" && options === undefined ? "the channel email is not configured" : undefined;
}
