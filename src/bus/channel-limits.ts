import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { Rate } from "../queues/queue-settings.ts";

/** A channel's limits as people write them; what is left out is not spoken of. */
export interface ChannelLimits {
  /** Deliveries under way at once in one process: a whole number from 1 to 1,000. */
  readonly concurrency?: number;
  /** At most `max` sends (1 to 1,000,000) in each `per` (1 ms to 31 d), over all processes; `false`: no limit. */
  readonly rateLimit?: { readonly max: number; readonly per: Duration } | false;
}

const mostAtOnce = 1_000;
const mostSends = 1_000_000;
const longest = 31 * 86_400_000;

/** What of limits cannot be, one sentence each. Pure. */
export function limitProblems({ concurrency, rateLimit }: ChannelLimits): string[] {
  const problems: string[] = [];
  if (concurrency !== undefined && !isCount(concurrency, mostAtOnce))
    problems.push(`concurrency: must be a whole number from 1 to ${mostAtOnce}, not ${concurrency}`);
  if (rateLimit === undefined || rateLimit === false) return problems;
  if (typeof rateLimit !== "object" || rateLimit === null) return [...problems, "rateLimit: must be { max, per } or false"];
  const { max, per } = rateLimit;
  if (!isCount(max, mostSends)) problems.push(`rateLimit.max: must be a whole number from 1 to ${mostSends}, not ${max}`);
  try {
    const length = milliseconds(per, "rateLimit.per");
    if (length < 1 || length > longest) problems.push(`rateLimit.per: must be a time from 1 ms to 31 d, not ${JSON.stringify(per)}`);
  } catch (error) {
    if (!(error instanceof BusbarError)) throw error;
    problems.push(...error.problems);
  }
  return problems;
}

/** With its time in milliseconds; it has no problems. */
export function rateOf(rate: NonNullable<ChannelLimits["rateLimit"]>): Rate | false {
  return rate === false ? false : { max: rate.max, per: Math.round(milliseconds(rate.per)) };
}

/**
 * A rate as people type it: `10/1s`, `100/1h`, `10/s`, or `off`. Pure.
 * @returns undefined where it is none
 */
export function rateFromText(text: string): ChannelLimits["rateLimit"] {
  if (text === "off") return false;
  const [, max, count = "1", unit] = /^(\d+)\/(\d+)?(ms|s|m|h|d)$/.exec(text) ?? [];
  return max === undefined ? undefined : { max: Number(max), per: `${count}${unit}` as Duration };
}

/** A rate as it is typed, its time in the largest unit that says it in whole numbers: `10/1s`, `100/1h`, `off`. Pure. */
export function rateToText(rate: Rate | false): string {
  if (rate === false) return "off";
  const [unit, length] = units.find(([, of]) => rate.per % of === 0)!;
  return `${rate.max}/${rate.per / length}${unit}`;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}
