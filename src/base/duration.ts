import { BusbarError } from "./errors.ts";

/** A length of time: a number of milliseconds, or text such as `"250ms"`, `"30s"`, `"5m"`, `"24h"`, `"14d"`. */
export type Duration = number | `${number}${DurationUnit}` | `${number} ${DurationUnit}`;
type DurationUnit = "ms" | "s" | "m" | "h" | "d";

const unitInMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A duration in milliseconds.
 * @param name what the duration is for, named in the error
 * @throws BusbarError `INVALID_CONFIGURATION` when it is negative, no number, or of an unknown unit
 */
export function milliseconds(duration: Duration, name = "duration"): number {
  const value = typeof duration === "number" ? duration : parse(duration);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new BusbarError(
    "INVALID_CONFIGURATION",
    `${name}: ${JSON.stringify(duration)} is not a length of time; write milliseconds, or text such as "30s", "5m", "24h", "14d".`,
  );
}

function parse(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim());
  return match ? Number(match[1]) * unitInMs[match[2]!]! : Number.NaN;
}
